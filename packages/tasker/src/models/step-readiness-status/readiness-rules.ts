import type { StepReadinessRow } from "./readiness-row.ts";

/** Why a step does not run. `unknown` covers the rest: a backoff, in process, processed, or not retryable. */
export type BlockingReason = "dependencies_not_satisfied" | "retry_not_eligible" | "invalid_state" | "unknown";

/** Whether attempts are left. `waiting_for_backoff` cannot occur: a step without attempts left has reached its limit. */
export type RetryStatus = "max_retries_reached" | "retry_eligible" | "waiting_for_backoff";

/** Where the wait of a step comes from. */
export type BackoffType = "explicit_backoff" | "exponential_backoff" | "no_backoff";

/** What {@link detailedStatus} says about a step. */
export interface DetailedStatus {
  readonly ready: boolean;
  readonly current_state: string;
  /** `no_dependencies`, `all_satisfied`, or `<completed>/<total>_satisfied`. */
  readonly dependencies: string;
  readonly retry: RetryStatus;
  readonly blocking_reason: BlockingReason | null;
  /** Whole seconds; null if nothing says when. */
  readonly time_until_ready: number | null;
  readonly backoff_type: BackoffType;
  readonly effective_backoff_seconds: number;
}

/** Longest wait in seconds after a failure that asked for none. */
const LONGEST_BACKOFF_SECONDS = 30;

/** Whether the step could start at once. */
export function canExecuteNow(row: StepReadinessRow): boolean {
  return row.ready_for_execution;
}

/** Why the step does not run; null if it could start at once. */
export function blockingReason(row: StepReadinessRow): BlockingReason | null {
  if (row.ready_for_execution) return null;
  if (!row.dependencies_satisfied) return "dependencies_not_satisfied";
  if (!row.retry_eligible) return "retry_not_eligible";
  if (row.current_state !== "pending" && row.current_state !== "error") return "invalid_state";
  return "unknown";
}

/**
 * Whole seconds until the step's wait is over, cut; 0 if it is over or the step could start at once.
 * @returns null if the step does not wait for a time
 */
export function timeUntilReady(row: StepReadinessRow, now: Date): number | null {
  if (row.ready_for_execution) return 0;
  if (row.next_retry_at === null) return null;
  return Math.max(0, Math.trunc((row.next_retry_at.getTime() - now.getTime()) / 1000));
}

/** How many of the step's parents are done, in words: see {@link DetailedStatus.dependencies}. */
export function dependencyStatus(row: StepReadinessRow): string {
  if (row.total_parents === 0) return "no_dependencies";
  if (row.dependencies_satisfied) return "all_satisfied";
  return `${row.completed_parents}/${row.total_parents}_satisfied`;
}

/** Whether attempts are left. */
export function retryStatus(row: StepReadinessRow): RetryStatus {
  if (row.attempts >= row.retry_limit) return "max_retries_reached";
  return row.retry_eligible ? "retry_eligible" : "waiting_for_backoff";
}

/** Where the step's wait comes from: a request of its handler, a failure, or nothing. */
export function backoffType(row: StepReadinessRow): BackoffType {
  if (row.backoff_request_seconds !== null && row.last_attempted_at !== null) return "explicit_backoff";
  return row.last_failure_at === null ? "no_backoff" : "exponential_backoff";
}

/** How long the step waits after an attempt, in seconds: what was requested, or 2 to the power of the attempts up to 30. */
export function effectiveBackoffSeconds(row: StepReadinessRow): number {
  if (row.backoff_request_seconds !== null) return row.backoff_request_seconds;
  return row.attempts > 0 ? Math.min(2 ** row.attempts, LONGEST_BACKOFF_SECONDS) : 0;
}

/** All of the above about one step. */
export function detailedStatus(row: StepReadinessRow, now: Date): DetailedStatus {
  return {
    ready: row.ready_for_execution,
    current_state: row.current_state,
    dependencies: dependencyStatus(row),
    retry: retryStatus(row),
    blocking_reason: blockingReason(row),
    time_until_ready: timeUntilReady(row, now),
    backoff_type: backoffType(row),
    effective_backoff_seconds: effectiveBackoffSeconds(row),
  };
}

/** The row's columns and its {@link detailedStatus}; `to_h` in the reference. */
export function toObject(row: StepReadinessRow, now: Date): StepReadinessRow & { detailed_status: DetailedStatus } {
  return { ...row, detailed_status: detailedStatus(row, now) };
}
