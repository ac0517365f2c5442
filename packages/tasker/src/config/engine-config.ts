import { z } from "zod";
import { isRedactedPath, REDACTED_PATH_EXPECTED } from "../secrets/redaction.ts";
import { parseSection } from "./parse-section.ts";
import { between, filled, flag, list, mapping, oneOf, whole } from "./rules.ts";

const directory = () => filled("a directory");
const eventName = () => filled("the name of an event, or a pattern such as workflow.*");

/** Shape of the section `engine`. */
export const EngineSchema = mapping({
  task_handler_directory: directory().default("tasks"),
  task_config_directory: directory().default("tasker/tasks"),
  default_module_namespace: filled().nullable().default(null),
  identity_strategy: oneOf(["default", "hash", "custom"]).default("default"),
  identity_strategy_class: filled("the name of a class, or a module such as ./identity.js#OrderIdentity")
    .nullable()
    .default(null),
  custom_events_directories: list(filled("a directory or a file"), "a list of directories and files").default([
    "config/tasker/events",
  ]),
  identity_compatible: flag().default(false),
  identity_window: z
    .union([z.enum(["minute", "none"]), between(0.001, 1_000_000_000)], {
      error: "minute, none, or a number of seconds from 0.001 to 1000000000",
    })
    .default("minute"),
  lease_seconds: between(0.001, 2_000_000).default(10),
  stuck_after_seconds: between(0.1, 2_000_000).default(30),
  heartbeat: oneOf(["thread", "loop"]).default("thread"),
  sharing: flag().default(true),
  max_tasks: whole(1, 1_000_000).default(1_000),
  poll_interval_seconds: between(0.001, 2_000_000).default(0.5),
  max_value_bytes: whole(1, 250_000_000).default(1_000_000),
  max_interruptions: whole(1, 1_000_000).default(5),
  task_retention_days: whole(1, 36_500).nullable().default(null),
  audit_log_retention_days: whole(1, 36_500).nullable().default(null),
  stored_events: list(eventName(), "a list of names and patterns of events").default([]),
  masked_event_keys: list(filled("a place in a payload"), "a list of places in payloads").default([]),
  remote_handlers: list(
    filled("the name of a handler, or a pattern such as Shop::*"),
    "a list of names and patterns of handlers",
  ).default([]),
  redact: list(
    z.string({ error: REDACTED_PATH_EXPECTED }).refine(isRedactedPath, { error: REDACTED_PATH_EXPECTED }),
    "a list of places of values",
  ).default([]),
  encryption_keys: list(
    mapping({ id: filled("the name of a key"), key: filled(`32 bytes, or a reference such as \${env:NAME}`) }),
    "a list of keys with id and key",
  ).default([]),
}).superRefine((config, { addIssue }) => {
  const { identity_strategy: strategy, identity_strategy_class: custom } = config;
  if (strategy === "custom" && custom === null) {
    const message = 'a class, because identity_strategy is "custom"';
    addIssue({ code: "custom", path: ["identity_strategy_class"], message });
  }
  if (strategy !== "custom" && custom !== null) {
    const message = `none, because identity_strategy is "${strategy}" and not "custom"`;
    addIssue({ code: "custom", path: ["identity_strategy_class"], message });
  }
});

/**
 * The section `engine` of a configuration, complete and frozen. The first six keys and their defaults are those of the
 * reference, the others are our own.
 */
export type EngineConfig = Readonly<z.output<typeof EngineSchema>>;

/** Some or all values of the section `engine`; those that are missing have their defaults. */
export type EngineSettings = Readonly<z.input<typeof EngineSchema>>;

/**
 * The section `engine` with its defaults filled in.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function engineConfig(settings: EngineSettings = {}): EngineConfig {
  return parseSection("engine", EngineSchema, settings);
}
