import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import type { Database } from "../database/database.ts";
import type { Engine } from "../engine/engine.ts";
import type { Log } from "../engine/options.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import { knownEventNames } from "../subscribers/known-events.ts";
import { discoverSubscriberClasses } from "../subscribers/subscriptions/subscriber-classes.ts";
import { Subscriptions } from "../subscribers/subscriptions/subscriptions.ts";
import { UsageError } from "./errors.ts";
import { collect } from "./input/parse-option.ts";
import type { CommandIo } from "./io.ts";

/** Values of the options that {@link addSubscriptionOptions} adds. */
export const SubscriptionChoice = z.object({
  subscriptions: z.array(z.string()).optional(),
  subscribers: z.array(z.string()).optional(),
});
export type SubscriptionChoice = z.infer<typeof SubscriptionChoice>;

/** Adds the options of a command that subscribes to the events of its engine. */
export function addSubscriptionOptions(command: Command): Command {
  return command
    .option(
      "--subscriptions <path>",
      "a file or directory in YAML that subscribes to events; can be given several times",
      collect,
    )
    .option(
      "--subscribers <dir>",
      "a directory of modules with classes for --subscriptions; can be given several times",
      collect,
    );
}

/**
 * Makes what the options ask for, not yet started; null: nothing.
 * @throws DiscoveryError that lists every module of subscribers that cannot be imported
 */
export async function makeSubscriptions(
  io: CommandIo,
  { subscriptions: paths = [], subscribers = [] }: SubscriptionChoice,
  parts: {
    readonly engine: Engine;
    readonly database: Database;
    readonly registry: HandlerRegistry;
    readonly log: Log;
  },
): Promise<Subscriptions | null> {
  if (paths.length === 0) {
    if (subscribers.length === 0) return null;
    throw new UsageError("--subscribers needs --subscriptions", { context: { option: "--subscribers" } });
  }
  const { engine, database, registry, log } = parts;
  return new Subscriptions({
    paths: io.cwd === process.cwd() ? paths : paths.map((path) => resolve(io.cwd, path)),
    classes: await discoverSubscriberClasses(subscribers.map((directory) => resolve(io.cwd, directory))),
    events: engine.events,
    database,
    knownEvents: () => knownEventNames(registry),
    clock: io.clock,
    environment: io.env,
    log,
  });
}
