import { getMetadata, hasMetadata } from "../transition/facts.ts";
import type { WorkflowStepTransitionRow } from "./record.ts";

type Noted = Pick<WorkflowStepTransitionRow, "metadata">;
type Fact = Pick<WorkflowStepTransitionRow, "metadata" | "to_state">;

/** Whether a step went back to `pending` for another attempt: the metadata has `retry_attempt`. */
export function isRetryTransition(row: Fact): boolean {
  return row.to_state === "pending" && hasMetadata(row, "retry_attempt");
}

/** The attempt that the transition belongs to, from its metadata; 1 where that does not say. */
export function attemptNumber(row: Noted): number {
  return Number(getMetadata(row, "attempt_number") ?? 1);
}

/** Seconds that the attempt took, from the metadata; null where that does not say. */
export function executionDuration(row: Noted): number | null {
  const duration = getMetadata(row, "execution_duration");
  return duration === null ? null : Number(duration);
}

/** What a failed attempt says about the next one. */
export interface BackoffInfo {
  /** Start of the next attempt; null if the stored text is no time. */
  readonly backoff_until: Date | null;
  /** Seconds, or null if the metadata does not say. */
  readonly backoff_seconds: number | null;
  readonly retry_available: boolean;
}

/** When a failed step is to be tried again; null unless this is a move to `error` with `backoff_until` in its metadata. */
export function backoffInfo(row: Fact): BackoffInfo | null {
  if (row.to_state !== "error" || !hasMetadata(row, "backoff_until")) return null;
  const until = new Date(String(getMetadata(row, "backoff_until")));
  const seconds = getMetadata(row, "backoff_seconds");
  return {
    backoff_until: Number.isNaN(until.getTime()) ? null : until,
    backoff_seconds: seconds === null ? null : Number(seconds),
    retry_available: getMetadata(row, "retry_available", false) === true,
  };
}

/** What happened, in one sentence made of the state and the metadata. */
export function description(row: Fact): string {
  const note = (key: string, otherwise: string) => String(getMetadata(row, key) ?? otherwise);
  const seconds = executionDuration(row);
  switch (row.to_state) {
    case "pending":
      return isRetryTransition(row) ? `Waits for attempt ${attemptNumber(row)}` : "Waits for its turn";
    case "in_progress":
      return `Attempt ${attemptNumber(row)} has started`;
    case "complete":
      return seconds === null ? "Complete" : `Complete after ${Number(seconds.toFixed(2))} s`;
    case "error": {
      const planned = hasMetadata(row, "backoff_until") ? "; another attempt is planned" : "";
      return `Failed: ${note("error_message", "unknown error")}${planned}`;
    }
    case "cancelled":
      return `Cancelled (${note("triggered_by", "by hand")})`;
    case "resolved_manually":
      return `Settled by hand (${note("resolved_by", "unknown")})`;
    default:
      return `Went to the state '${row.to_state}'`;
  }
}
