import { StepNotFoundError, TaskNotFoundError } from "../errors/index.ts";
import type { ActionReason, ActionResult, StepAction, TaskAction } from "./action-result.ts";
import type { StoredOutcome } from "./action-statements.ts";
import { explainDone, explainReason } from "./explain-reason.ts";

/** How the database answers an action. */
export interface ActionAnswer {
  readonly outcome: StoredOutcome;
  readonly code: ActionReason | "task" | "step" | null;
  readonly step_id: number | null;
  readonly step_name: string | null;
  readonly moved: number;
  readonly owner_id?: number | null;
  readonly revision?: number | null;
  readonly new_task_id?: number | null;
  readonly first_seq?: number | null;
  readonly last_seq?: number | null;
}

/**
 * What the answer means for whoever asked.
 * @param asked the step as it was named; null: an action on the task as a whole
 * @throws TaskNotFoundError, StepNotFoundError
 */
export function concludeAction(
  action: StepAction | TaskAction,
  taskId: number,
  asked: string | number | null,
  { outcome, code, step_id: stepId, step_name: stepName, moved, ...run }: ActionAnswer,
): ActionResult {
  if (outcome === "unknown") throw notFound(taskId, code === "step" ? asked : null);
  const newTaskId = run.new_task_id ?? null;
  const step = stepId === null || stepName === null ? null : { id: stepId, name: stepName };
  const subject = { action, taskId, stepName: step?.name ?? null };
  if (outcome === "done") {
    return { outcome, action, taskId, step, movedSteps: moved, newTaskId, message: explainDone(subject, newTaskId) };
  }
  if (code === null || code === "task" || code === "step" || outcome === "conflict") {
    throw new RangeError(`${action} was answered by ${outcome} ${code}`);
  }
  const facts = { action, taskId, step, reason: code, message: explainReason(code, subject) };
  return outcome === "already" ? { outcome, ...facts, newTaskId } : { outcome, ...facts };
}

function notFound(taskId: number, step: string | number | null) {
  if (step === null) return new TaskNotFoundError(`task ${taskId} does not exist`, { context: { taskId } });
  return new StepNotFoundError(`task ${taskId} has no step ${step}`, {
    context: { taskId, field: "step", value: step, expected: "the name or the id of one of its steps" },
  });
}
