import { z } from "zod";
import { type Clock, systemClock } from "../../clock/clock.ts";
import { backoffConfig, backoffPolicy } from "../../config/backoff-config.ts";
import type { Database } from "../../database/database.ts";
import { InvalidRequestError } from "../../errors/index.ts";
import { type Mask, maskEvents } from "../../events/bus/mask.ts";
import type { BackoffPolicy } from "../../retry/backoff.ts";
import { checkWanted } from "../reading/check-wanted.ts";
import type { EventFilter } from "../reading/event-selection.ts";
import type { ReadingLimits } from "../reading/reading.ts";
import type {
  BatchHandler,
  DurableSubscriberOptions,
  EventHandler,
  StartingPoint,
  SubscriberLog,
} from "../subscriber-options.ts";

/** Bytes of each table after which no further row is read at once. */
const WINDOW_BYTES = 8_000_000;

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.number({ error: "a number" }).int("a whole number").min(least, `${least} or more`).max(most, `${most} or less`);

const Numbers = z.object({
  name: z.string({ error: "a text" }).min(1, "1 to 255 characters").max(255, "1 to 255 characters"),
  concurrency: whole(1).default(10),
  batchSize: whole(1).default(500),
  deadLetterAfter: whole(1).default(10),
  timeoutMs: whole(1).default(30_000),
  holdBack: whole(1).default(1_000),
  pollMs: whole(1).default(500),
  leaseMs: whole(100).default(10_000),
  windowRows: whole(1, 100_000).default(1_000),
});

const SILENT: SubscriberLog = { info: () => {}, warn: () => {} };

/** What to call: for each event, or for many. */
export type Handler =
  | { readonly kind: "each"; readonly call: EventHandler }
  | { readonly kind: "batch"; readonly call: BatchHandler };

/** The options of a subscriber with every default filled in. */
export interface SubscriberSettings extends z.output<typeof Numbers> {
  readonly database: Database;
  readonly filter: EventFilter;
  /** Null: nothing is hidden. */
  readonly mask: Mask | null;
  readonly from: StartingPoint;
  readonly handler: Handler;
  readonly transactional: boolean;
  readonly backoff: BackoffPolicy;
  readonly reading: ReadingLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: SubscriberLog;
}

/** @throws InvalidRequestError that names the first option which cannot be */
export function subscriberSettings(options: DurableSubscriberOptions): SubscriberSettings {
  const { database, events = "**", namespace = null, taskId = null, from = "now", handle, handleBatch } = options;
  const parsed = Numbers.safeParse(options);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = String(issue?.path[0] ?? "options");
    throw refusal(field, Reflect.get(options, field), issue?.message ?? "something else");
  }
  if (from instanceof Date && Number.isNaN(from.getTime())) throw refusal("from", from, "a valid Date");
  checkWanted(events);
  return {
    ...parsed.data,
    database,
    filter: { events, namespace, taskId },
    mask: options.maskedEventKeys === undefined ? null : maskEvents(options.maskedEventKeys),
    from,
    handler: handlerOf(handle, handleBatch),
    transactional: options.transactional ?? false,
    backoff: backoffPolicy(backoffConfig(options.retry)),
    reading: { rows: parsed.data.windowRows, bytes: WINDOW_BYTES },
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    log: options.log ?? SILENT,
  };
}

function handlerOf(handle: EventHandler | undefined, handleBatch: BatchHandler | undefined): Handler {
  if (handle !== undefined && handleBatch === undefined) return { kind: "each", call: handle };
  if (handle === undefined && handleBatch !== undefined) return { kind: "batch", call: handleBatch };
  throw refusal("handle", handle, "either handle or handleBatch");
}

function refusal(field: string, value: unknown, expected: string): InvalidRequestError {
  return new InvalidRequestError(`${field} is ${String(value)}, expected ${expected}`, {
    context: { field, value, expected },
  });
}
