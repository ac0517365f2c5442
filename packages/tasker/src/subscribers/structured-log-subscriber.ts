import { z } from "zod";
import { parseSection } from "../config/parse-section.ts";
import type { TaskerEvent } from "../events/event.ts";
import { eventToJson } from "./event-json.ts";
import { BaseSubscriber, type SubscriberSettings } from "./subscriber.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;

const LogConfig = z.strictObject({
  /** Of events that tell of no failure. Default: `info`. */
  level: z.enum(LEVELS, { error: "debug, info, warn or error" }).default("info"),
  /** Of events whose names end in `failed`. Default: `warn`. */
  failure_level: z.enum(LEVELS, { error: "debug, info, warn or error" }).default("warn"),
});

/** Writes every event that it gets to the log, as one line: the facts of the event, then its name. */
export class StructuredLogSubscriber extends BaseSubscriber {
  readonly #levels: z.infer<typeof LogConfig>;

  constructor(settings: SubscriberSettings = {}) {
    super(settings);
    this.#levels = parseSection("config", LogConfig, this.config);
  }

  handleEvent(event: TaskerEvent): void {
    const level = /[._]failed$/.test(event.name) ? this.#levels.failure_level : this.#levels.level;
    const { name, ...facts } = eventToJson(event);
    this.resources.log[level]({ event: name, ...facts }, event.name);
  }
}
