import { delays } from "../handlers/failing-handlers.ts";
import type { ManualClock } from "../run/manual-clock.ts";
import { type BoundShape, bindShape } from "../shapes/shape.ts";
import { fanOutFanIn } from "../shapes/sized-shapes.ts";

/** Options of {@link longRunningBatch}. */
export interface LongBatchOptions {
  /** The clock of the engine that runs it. */
  readonly clock: ManualClock;
  /** Default: 10. */
  readonly chunks?: number;
  /** How long a chunk takes, in milliseconds. Default: an hour. */
  readonly chunkMs?: number;
  /** Deadline of a chunk, in seconds. Default: two hours. */
  readonly deadlineSeconds?: number;
}

/**
 * A batch that takes hours: `initialize_batch`, chunks that work at the same time, `aggregate_results`. With a deadline
 * below the time that a chunk takes every attempt times out.
 */
export function longRunningBatch(options: LongBatchOptions): BoundShape {
  const { clock, chunks = 10, chunkMs = 3_600_000, deadlineSeconds = 7_200 } = options;
  const names = Array.from({ length: chunks }, (_, place) => `process_chunk_${place + 1}`);
  const shape = fanOutFanIn(chunks, {
    name: "long_running_batch",
    version: "1.0.0",
    names: { start: "initialize_batch", branch: "process_chunk", end: "aggregate_results" },
    stepSettings: Object.fromEntries(names.map((name) => [name, { timeoutSeconds: deadlineSeconds }])),
  });
  return bindShape(shape, Object.fromEntries(names.map((name) => [name, delays(chunkMs, clock)])));
}
