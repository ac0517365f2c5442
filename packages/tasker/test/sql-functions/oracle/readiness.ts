import type { Content, StepRow } from "../content.ts";
import { SECOND_US } from "../content.ts";
import { isDone, latestOfStep } from "./current-state.ts";

/** A row of the two readiness functions, times in microseconds after the present. */
export interface ReadinessRow {
  readonly workflow_step_id: number;
  readonly task_id: number;
  readonly named_step_id: number;
  readonly name: string;
  readonly current_state: string;
  readonly dependencies_satisfied: boolean;
  readonly retry_eligible: boolean;
  readonly ready_for_execution: boolean;
  readonly last_failure_at: number | null;
  readonly next_retry_at: number | null;
  readonly total_parents: number;
  readonly completed_parents: number;
  readonly attempts: number;
  readonly retry_limit: number;
  readonly backoff_request_seconds: number | null;
  readonly last_attempted_at: number | null;
}

/**
 * Readiness of the steps of some tasks, by the rules.
 * @param stepIds null: of all steps
 * @param zoneUs by how much clocks in the session's zone are ahead of UTC
 */
export function readinessOf(
  content: Content,
  taskIds: readonly (number | null)[],
  stepIds: readonly (number | null)[] | null = null,
  zoneUs = 0,
): ReadinessRow[] {
  return content.steps
    .filter((step) => taskIds.includes(step.task_id))
    .filter((step) => stepIds === null || stepIds.includes(step.workflow_step_id))
    .map((step) => readinessOfStep(content, step, zoneUs));
}

function readinessOfStep(content: Content, step: StepRow, zoneUs: number): ReadinessRow {
  const latest = latestOfStep(content, step.workflow_step_id);
  const state = latest?.to_state ?? "pending";
  const parents = content.edges
    .filter((edge) => edge.to_step_id === step.workflow_step_id)
    .map((edge) => latestOfStep(content, edge.from_step_id)?.to_state);
  const done = parents.filter(isDone).length;
  const satisfied = done === parents.length;

  const attempts = step.attempts ?? 0;
  const limit = step.retry_limit ?? 3;
  const failedAt = latest?.to_state === "error" ? latest.created_us : null;
  const requestedUntil =
    step.backoff_request_seconds === null || step.last_attempted_us === null
      ? null
      : step.last_attempted_us + step.backoff_request_seconds * SECOND_US;
  const failureUntil = failedAt === null ? null : failedAt + failureDelayUs(step.attempts);
  const isOver = (until: number | null) => until === null || until - zoneUs <= 0;

  return {
    workflow_step_id: step.workflow_step_id,
    task_id: step.task_id,
    named_step_id: step.named_step_id,
    name: content.namedSteps.find((kind) => kind.named_step_id === step.named_step_id)?.name ?? "",
    current_state: state,
    dependencies_satisfied: satisfied,
    retry_eligible: attempts < limit,
    ready_for_execution:
      (state === "pending" || state === "error") &&
      !step.processed &&
      satisfied &&
      attempts < limit &&
      step.retryable &&
      !step.in_process &&
      isOver(requestedUntil) &&
      isOver(failureUntil),
    last_failure_at: failedAt,
    next_retry_at: requestedUntil ?? failureUntil,
    total_parents: parents.length,
    completed_parents: done,
    attempts,
    retry_limit: limit,
    backoff_request_seconds: step.backoff_request_seconds,
    last_attempted_at: step.last_attempted_us,
  };
}

/** Two to the power of the attempts in seconds, 30 at most; without attempts as with one. */
function failureDelayUs(attempts: number | null): number {
  const exact = Math.min(2 ** (attempts ?? 1), 30) * SECOND_US;
  // an interval has whole microseconds, and halves of one go to the even side
  const below = Math.floor(exact);
  if (exact - below !== 0.5) return Math.round(exact);
  return below % 2 === 0 ? below : below + 1;
}
