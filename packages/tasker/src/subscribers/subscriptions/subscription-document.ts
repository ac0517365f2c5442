import { z } from "zod";
import { between, mapping, whole } from "../../config/rules.ts";

const text = z.string({ error: "a text" }).min(1, { error: "a text that is not empty" });
const flag = z.boolean({ error: "true or false" });
const object = z.record(z.string(), z.json(), { error: "a mapping" });

const START = { error: "now, beginning, or a date and time in ISO 8601 with a zone" };
const start = z
  .string(START)
  .refine(
    (from) => ["now", "beginning"].includes(from) || z.iso.datetime({ offset: true }).safeParse(from).success,
    START,
  );

/** Keys that only a durable subscription has. */
export const DURABLE_KEYS = ["from", "concurrency", "retry", "dead_letter_after", "timeout_ms", "hold_back"] as const;
/** Keys that only one in this process has. */
export const IN_PROCESS_KEYS = ["queue"] as const;

/** One subscription as a file has it. Defaults that are not here are those of the bus and of `DurableSubscriber`. */
export const SubscriptionDocument = mapping({
  /** Name of a class of subscribers. */
  class: text,
  description: text.optional(),
  /** Names and patterns, besides those of the class. */
  events: z.array(text, { error: "a list of names and patterns" }).default([]),
  enabled: flag.default(true),
  config: object.default({}),
  /** Only events of which all of this holds. */
  filter: mapping({
    namespace: text.optional(),
    task_name: text.optional(),
    step_name: text.optional(),
    /** Facts of the payload, by their names. */
    payload: object.optional(),
  }).optional(),
  /** Whether its events come from the event log, or from the bus of this process. */
  durable: flag.default(false),
  from: start.optional(),
  concurrency: whole(1).optional(),
  retry: mapping({
    default_backoff_seconds: z.array(whole(0), { error: "a list of whole numbers" }).optional(),
    max_backoff_seconds: whole(1).optional(),
    backoff_multiplier: between(0, 100).optional(),
    jitter_enabled: flag.optional(),
    jitter_max_percentage: between(0, 1).optional(),
  }).optional(),
  dead_letter_after: whole(1).optional(),
  timeout_ms: whole(1).optional(),
  hold_back: whole(1).optional(),
  queue: mapping({
    max: whole(1).optional(),
    overflow: z
      .enum(["drop_oldest", "drop_newest", "block"], { error: "drop_oldest, drop_newest or block" })
      .optional(),
  }).optional(),
  /** Several events at a time, for a class with `handleBatch`. */
  batch: mapping({ max: whole(1).optional(), max_wait_ms: whole(0).optional() }).optional(),
});
export type SubscriptionDocument = z.output<typeof SubscriptionDocument>;
