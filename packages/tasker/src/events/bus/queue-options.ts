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
  /** Most events of a batch. Default: 100. */
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

/** As {@link queueSettings}, for batches. */
export function batchSettings(batch: BatchOptions = {}): Required<BatchOptions> {
  const { max = 100, maxWaitMs = 100 } = batch;
  checkCount("batch.max", max, 1);
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
