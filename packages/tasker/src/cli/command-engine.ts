import { type Command, Option } from "commander";
import { z } from "zod";
import type { Database } from "../database/database.ts";
import type { AdoptOptions } from "../engine/adopt-options.ts";
import { Engine } from "../engine/engine.ts";
import type { EngineMeter } from "../engine/engine-meter.ts";
import type { EngineOptions, Log } from "../engine/options.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { PluginRegistry } from "../registries/plugin-registry.ts";
import { createEngineLog } from "./engine-log.ts";
import { secondsBetween, wholeNumber } from "./input/parse-option.ts";
import type { CommandIo } from "./io.ts";

/** Values of the options that {@link addEngineOptions} adds. */
export const EngineChoice = z.object({
  concurrency: z.number().optional(),
  /** Seconds. */
  lease: z.number().optional(),
  /** Seconds. */
  stuckAfter: z.number().optional(),
  heartbeat: z.enum(["thread", "loop"]).optional(),
  sharing: z.boolean().optional(),
  directUrl: z.string().optional(),
});
export type EngineChoice = z.infer<typeof EngineChoice>;

/** Adds the options of a command that executes steps. */
export function addEngineOptions(command: Command): Command {
  return command
    .option("--concurrency <n>", "steps that may run at the same time (default: 100)", wholeNumber("--concurrency", 1))
    .option(
      "--lease <seconds>",
      "silence after which other processes take over from this one (default: 10)",
      // The database counts its milliseconds in 32 bits.
      secondsBetween("--lease", 0.001, 2_000_000),
    )
    .option(
      "--stuck-after <seconds>",
      "time without progress after which this process gives its lease up (default: 30)",
      secondsBetween("--stuck-after", 0.1, 2_000_000),
    )
    .addOption(
      new Option("--heartbeat <where>", "from where the lease is renewed (default: thread)").choices([
        "thread",
        "loop",
      ]),
    )
    .option("--no-sharing", "neither offer steps to other processes nor run what they offer")
    .option(
      "--direct-url <url>",
      "the same PostgreSQL database past a pooler, for the heartbeat (default: DATABASE_DIRECT_URL, else --database-url)",
    );
}

/** Makes the engine of a command, not yet started. `note` shows what the engine has to tell a person. */
export function createCommandEngine(
  io: CommandIo,
  database: Database,
  registry: HandlerRegistry,
  choice: EngineChoice & {
    readonly adopt?: AdoptOptions | null;
    readonly plugins?: PluginRegistry;
    readonly meter?: EngineMeter;
    /** What the configuration says. Default: nothing. */
    readonly configured?: Partial<EngineOptions>;
    /** Default: remarks for a person. */
    readonly log?: Log;
  },
  note: (text: string) => void,
): Engine {
  return new Engine({
    ...choice.configured,
    database,
    registry,
    clock: io.clock,
    log: choice.log ?? createEngineLog(io, note),
    ...(choice.meter === undefined ? {} : { meter: choice.meter }),
    ...(choice.concurrency === undefined ? {} : { concurrency: choice.concurrency }),
    ...(choice.plugins === undefined ? {} : { plugins: choice.plugins }),
    ...(choice.adopt == null ? {} : { adopt: choice.adopt }),
    ...(choice.lease === undefined ? {} : { leaseMs: Math.round(choice.lease * 1000) }),
    ...(choice.stuckAfter === undefined ? {} : { stuckAfterMs: Math.round(choice.stuckAfter * 1000) }),
    ...(choice.heartbeat === undefined ? {} : { heartbeat: choice.heartbeat }),
    ...(choice.sharing === undefined ? {} : { sharing: choice.sharing }),
  });
}
