import { z } from "zod";
import { parseSection } from "../config/parse-section.ts";
import type { TaskerEvent } from "../events/event.ts";
import { type EventLevels, logEvent } from "../log-lines/log-event.ts";
import { BaseSubscriber, type SubscriberSettings } from "./subscriber.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
const level = z.enum(LEVELS, { error: "debug, info, warn or error" });

const LogConfig = z.strictObject({
  /** Of events that tell of no failure. Default: `info`, or `debug` for what happens often and says little. */
  level: level.optional(),
  /** Of events whose names end in `failed`. Default: `error`, or `warn` for a step that is tried again. */
  failure_level: level.optional(),
});

/** Writes every event that it gets to the log, as one line, as {@link logEvent} does. */
export class StructuredLogSubscriber extends BaseSubscriber {
  readonly #levels: EventLevels;

  constructor(settings: SubscriberSettings = {}) {
    super(settings);
    const { level: other, failure_level: failure } = parseSection("config", LogConfig, this.config);
    this.#levels = { ...(other === undefined ? {} : { other }), ...(failure === undefined ? {} : { failure }) };
  }

  handleEvent(event: TaskerEvent): void {
    logEvent(this.resources.log, event, this.#levels);
  }
}
