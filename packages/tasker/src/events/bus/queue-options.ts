import { InvalidRequestError } from "../../errors/index.ts";

/** What happens to an event that finds the queue full. `block`: it waits all the same, and whoever publishes is to pause. */
export type Overflow = "drop_oldest" | "drop_newest" | "block";

/** How events wait for a listener. */
export interface QueueOptions {
  /** Most events that wait. Default: 1,000. */
  readonly max?: number;
  /** Default: `drop_oldest`. */
  readonly overflow?: Overflow;
}

/** How events are handed over several at a time. */
export interface BatchOptions {
  /** Most events of a batch; not more than wait in the queue. Default: 100, or as many as wait if that is less. */
  readonly max?: number;
  /** Longest time for which a batch waits to be full, in milliseconds. Default: 100. */
  readonly maxWaitMs?: number;
}

const OVERFLOWS: readonly string[] = ["drop_oldest", "drop_newest", "block"];

/** Fills in what is not given. @throws InvalidRequestError for a value that cannot be */
export function queueSettings(queue: QueueOptions = {}): Required<QueueOptions> {
  const { max = 1_000, overflow = "drop_oldest" } = queue;
  checkCount("queue.max", max, 1);
  if (!OVERFLOWS.includes(overflow)) throw refuse("queue.overflow", overflow, `one of ${OVERFLOWS.join(", ")}`);
  return { max, overflow };
}

/**
 * As {@link queueSettings}, for batches.
 * @param most events that wait in the queue: a batch that is larger would never be full, and what comes while it waits be lost
 */
export function batchSettings(batch: BatchOptions | undefined, most: number): Required<BatchOptions> {
  const { max = Math.min(100, most), maxWaitMs = 100 } = batch ?? {};
  checkCount("batch.max", max, 1);
  if (max > most) throw refuse("batch.max", max, `at most queue.max, which is ${most}`);
  checkCount("batch.maxWaitMs", maxWaitMs, 0);
  return { max, maxWaitMs };
}

function checkCount(field: string, value: unknown, least: number): void {
  if (!Number.isSafeInteger(value) || Number(value) < least) throw refuse(field, value, `a whole number from ${least}`);
}

function refuse(field: string, value: unknown, expected: string): InvalidRequestError {
  return new InvalidRequestError(`${field} is ${JSON.stringify(value) ?? String(value)}, expected ${expected}`, {
    context: { field, value, expected },
  });
}
