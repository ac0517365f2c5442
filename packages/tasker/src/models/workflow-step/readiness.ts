import { UNREADY_WORKFLOW_STEP_STATUSES } from "../../states/state-sets.ts";

/** What `get_step_readiness_status` says about one step, as far as the rules below read it. */
export interface StepReadiness {
  readonly current_state: string;
  readonly dependencies_satisfied: boolean;
  readonly retry_eligible: boolean;
  readonly ready_for_execution: boolean;
  readonly next_retry_at: Date | null;
  readonly total_parents: number;
  readonly attempts: number;
  readonly retry_limit: number | null;
}

type Maybe<K extends keyof StepReadiness> = Pick<StepReadiness, K> | null | undefined;
type Current = Maybe<"current_state">;

/** Attempts that a step has where its limit is not stored. */
const DEFAULT_RETRY_LIMIT = 3;

/** Whether the step is `complete` or `resolved_manually`. Here and below: false without a row, unless it is said otherwise. */
export function isComplete(readiness: Current): boolean {
  return readiness?.current_state === "complete" || readiness?.current_state === "resolved_manually";
}

/** Whether the step is `in_progress`. */
export function isInProgress(readiness: Current): boolean {
  return readiness?.current_state === "in_progress";
}

/** Whether the step is `pending`. */
export function isPending(readiness: Current): boolean {
  return readiness?.current_state === "pending";
}

/** Whether the step is in `error`. */
export function isInError(readiness: Current): boolean {
  return readiness?.current_state === "error";
}

/** Whether the step is `cancelled`. */
export function isCancelled(readiness: Current): boolean {
  return readiness?.current_state === "cancelled";
}

/** Whether the state, taken alone, lets the step start (`ready_status?`). A step without a row is taken for `pending`. */
export function hasReadyStatus(readiness: Current): boolean {
  const unready: readonly string[] = UNREADY_WORKFLOW_STEP_STATUSES;
  return !unready.includes(readiness?.current_state ?? "pending");
}

/** Whether nothing keeps the step from starting. */
export function isReady(readiness: Maybe<"ready_for_execution">): boolean {
  return readiness?.ready_for_execution ?? false;
}

/** Whether all parents are `complete` or `resolved_manually` (`dependencies_satisfied?`). */
export function areDependenciesSatisfied(readiness: Maybe<"dependencies_satisfied">): boolean {
  return readiness?.dependencies_satisfied ?? false;
}

/** Whether attempts are left. */
export function isRetryEligible(readiness: Maybe<"retry_eligible">): boolean {
  return readiness?.retry_eligible ?? false;
}

/** Whether the step has been attempted. */
export function hasRetryAttempts(readiness: Maybe<"attempts">): boolean {
  return (readiness?.attempts ?? 0) > 0;
}

/** Whether no attempts are left; a limit that is not stored is 3. */
export function isRetryExhausted(readiness: Maybe<"attempts" | "retry_limit">): boolean {
  return readiness != null && readiness.attempts >= (readiness.retry_limit ?? DEFAULT_RETRY_LIMIT);
}

/** Whether the time of the next attempt has not come yet. */
export function isWaitingForBackoff(readiness: Maybe<"next_retry_at">, now: Date): boolean {
  const due = readiness?.next_retry_at ?? null;
  return due !== null && due.getTime() > now.getTime();
}

/** Whether the step failed, has attempts left, and the time of the next one has come. */
export function canRetryNow(
  readiness: Maybe<"current_state" | "retry_eligible" | "next_retry_at">,
  now: Date,
): boolean {
  return isInError(readiness) && isRetryEligible(readiness) && !isWaitingForBackoff(readiness, now);
}

/** Whether the step waits for no other; true without a row. */
export function isRootStep(readiness: Maybe<"total_parents">): boolean {
  return (readiness?.total_parents ?? 0) === 0;
}

/** Whether no other step waits for it, by its row of the view of relationships; null without that row. */
export function isLeafStep(relationship: { readonly child_count: number } | null | undefined): boolean | null {
  return relationship == null ? null : relationship.child_count === 0;
}
