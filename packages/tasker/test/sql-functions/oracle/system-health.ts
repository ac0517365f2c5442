import type { Content, TransitionRow } from "../content.ts";
import { latestOfStep } from "./current-state.ts";

/** What the health function counts in tables: all but its two columns about connections. */
export function systemHealthOf(content: Content): Record<string, number> {
  const count = (rows: readonly TransitionRow[], state: string) =>
    rows.filter((row) => row.most_recent && row.to_state === state).length;
  const failed = content.steps.filter((step) => latestOfStep(content, step.workflow_step_id)?.to_state === "error");
  // null compares with nothing
  const limited = failed.flatMap((step) =>
    step.attempts === null || step.retry_limit === null ? [] : [{ ...step, left: step.retry_limit - step.attempts }],
  );
  const retryable = limited.filter((step) => step.left > 0 && step.retryable);
  return {
    total_tasks: content.tasks.length,
    pending_tasks: count(content.taskTransitions, "pending"),
    in_progress_tasks: count(content.taskTransitions, "in_progress"),
    complete_tasks: count(content.taskTransitions, "complete"),
    error_tasks: count(content.taskTransitions, "error"),
    cancelled_tasks: count(content.taskTransitions, "cancelled"),
    total_steps: content.steps.length,
    pending_steps: count(content.stepTransitions, "pending"),
    in_progress_steps: count(content.stepTransitions, "in_progress"),
    complete_steps: count(content.stepTransitions, "complete"),
    error_steps: count(content.stepTransitions, "error"),
    retryable_error_steps: retryable.length,
    exhausted_retry_steps: limited.filter((step) => step.left <= 0).length,
    in_backoff_steps: retryable.filter((step) => step.last_attempted_us !== null).length,
  };
}
