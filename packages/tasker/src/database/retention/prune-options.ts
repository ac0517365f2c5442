import type { Clock } from "../../clock/clock.ts";
import { InvalidRequestError } from "../../errors/index.ts";
import type { State } from "../../states/state.ts";
import type { TaskArchive } from "./archive.ts";
import type { PruneReport } from "./prune-report.ts";

/** States in which a task can be deleted. A task in any other state is live. */
export const PRUNABLE_STATES = ["complete", "cancelled", "resolved_manually", "error"] as const satisfies State[];

/** A state in which a task can be deleted. */
export type PrunableState = (typeof PRUNABLE_STATES)[number];

/** Tasks in one batch unless asked otherwise: where the measured rate stops rising (docs/decisions/0007-retention.md). */
export const DEFAULT_BATCH_SIZE = 500;

/** Most tasks in one batch. */
export const LARGEST_BATCH_SIZE = 10_000;

/** What to delete, and how. */
export interface PruneOptions {
  /** Only tasks that reached their state before this instant. */
  readonly olderThan: Date;
  /** Rows of the audit log that were written before this instant go as well. Default: none do. */
  readonly auditOlderThan?: Date | undefined;
  /** Only tasks in these states. `error` counts as finished only if it is named. Default: `complete`. */
  readonly states?: readonly PrunableState[];
  /** Only tasks of templates of this namespace. Default: of all. */
  readonly namespace?: string;
  /** Only tasks of templates of this name, in all versions. Default: of all. */
  readonly name?: string;
  /** Most tasks in one transaction, 1 to 10,000; tasks with many steps make smaller ones. Default: 500. */
  readonly batchSize?: number;
  /** Where each task is written before it is deleted. Default: nowhere. */
  readonly archive?: TaskArchive;
  /** Only count. Default: false. */
  readonly dryRun?: boolean;
  /** Stops between two batches; the report then says `stopped`. */
  readonly signal?: AbortSignal;
  /** Rest between two batches, in milliseconds. Default: 0. */
  readonly pauseMs?: number;
  /** Called after each batch with what was done so far. */
  readonly onProgress?: (report: PruneReport) => void;
  /** Where the rests come from. Default: the machine's clock. */
  readonly clock?: Clock;
}

/** @throws InvalidRequestError that names the first option which cannot be */
export function checkPruneOptions(options: PruneOptions): void {
  const { olderThan, auditOlderThan, states, batchSize, pauseMs } = options;
  if (!(olderThan instanceof Date) || Number.isNaN(olderThan.getTime())) {
    throw refusal("olderThan", olderThan, "a valid Date");
  }
  if (auditOlderThan !== undefined && Number.isNaN(auditOlderThan.getTime())) {
    throw refusal("auditOlderThan", auditOlderThan, "a valid Date");
  }
  const known: readonly unknown[] = PRUNABLE_STATES;
  if (states !== undefined && (states.length === 0 || states.some((state) => !known.includes(state)))) {
    throw refusal("states", states, `one or more of ${PRUNABLE_STATES.join(", ")}`);
  }
  if (batchSize !== undefined && !(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= LARGEST_BATCH_SIZE)) {
    throw refusal("batchSize", batchSize, `a whole number from 1 to ${LARGEST_BATCH_SIZE}`);
  }
  if (pauseMs !== undefined && !(Number.isFinite(pauseMs) && pauseMs >= 0)) {
    throw refusal("pauseMs", pauseMs, "a number of milliseconds, 0 or more");
  }
}

function refusal(field: string, value: unknown, expected: string): InvalidRequestError {
  return new InvalidRequestError(`${field} is ${String(value)}, expected ${expected}`, {
    context: { field, value, expected },
  });
}
