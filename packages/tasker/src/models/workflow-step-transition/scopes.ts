import type { Scope } from "../scope.ts";
import { transitionScopes } from "../transition/scopes.ts";

type Transitions = "tasker_workflow_step_transitions";

/** Conditions on transitions of steps, and `recent`, their order: the latest first. */
export const { toState, withMetadataKey, withMetadataValue, inTimeRange, recent } = transitionScopes(
  "tasker_workflow_step_transitions",
);

/** Transitions of one step. */
export function forStep(stepId: number): Scope<Transitions> {
  return (eb) => eb("tasker_workflow_step_transitions.workflow_step_id", "=", stepId);
}

/** Transitions of the steps of one task. */
export function forTask(taskId: number): Scope<Transitions> {
  return (eb) =>
    eb(
      "tasker_workflow_step_transitions.workflow_step_id",
      "in",
      eb.selectFrom("tasker_workflow_steps").select("workflow_step_id").where("task_id", "=", taskId),
    );
}

/** Transitions back to `pending` of steps that were in `error` before. */
export const retryTransitions: Scope<Transitions> = (eb) =>
  eb.and([
    eb("tasker_workflow_step_transitions.to_state", "=", "pending"),
    eb.exists(
      eb
        .selectFrom("tasker_workflow_step_transitions as earlier")
        .select("earlier.id")
        .whereRef("earlier.workflow_step_id", "=", "tasker_workflow_step_transitions.workflow_step_id")
        .whereRef("earlier.sort_key", "<", "tasker_workflow_step_transitions.sort_key")
        .where("earlier.to_state", "=", "error"),
    ),
  ]);

/** Transitions of the n-th attempt: `attempt_number` in their metadata is that number. */
export function forAttempt(attempt: number): Scope<Transitions> {
  return withMetadataValue("attempt_number", attempt);
}
