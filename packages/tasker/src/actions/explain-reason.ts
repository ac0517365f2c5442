import type { ActionReason, StepAction, TaskAction } from "./action-result.ts";

/** What a sentence speaks of. */
export interface ActionSubject {
  readonly action: StepAction | TaskAction;
  readonly taskId: number;
  /** Name of the step; null for an action on the task as a whole. */
  readonly stepName: string | null;
}

const NEW_TASK = "a new task can do it again from a step on (rerunTask)";

/** Why an action changed nothing, as a sentence that names a way on where there is one. */
export function explainReason(reason: ActionReason, { action, taskId, stepName }: ActionSubject): string {
  const task = `task ${taskId}`;
  const step = `step ${stepName} of task ${taskId}`;
  switch (reason) {
    case "task_pending":
    case "task_in_progress": {
      const state = reason === "task_pending" ? "pending" : "in progress";
      const way = action === "resolve_task" ? "cancel it, or resolve its steps" : "retry its steps, or cancel it first";
      return `${task} is ${state} and has not come to an end: ${way}`;
    }
    case "task_complete":
      return `${task} is complete: ${NEW_TASK}`;
    case "task_cancelled":
      return action === "cancel_task" ? `${task} is cancelled` : `${task} is cancelled: ${NEW_TASK}`;
    case "task_resolved_manually":
      return action === "resolve_task" ? `${task} is resolved` : `${task} was resolved by an operator: ${NEW_TASK}`;
    case "step_pending":
      return `${step} is pending: it has not failed`;
    case "step_in_progress":
      return action === "retry_step"
        ? `${step} is in progress`
        : `${step} is in progress: wait until it has ended, or cancel it`;
    case "step_complete":
      return `${step} is complete: ${NEW_TASK}`;
    case "step_cancelled":
      return action === "cancel_step" ? `${step} is cancelled` : `${step} is cancelled: ${NEW_TASK}`;
    case "step_resolved_manually":
      return `${step} was resolved already: what it holds stays`;
    case "no_attempts":
      return `${step} has no attempts to forget`;
    case "same_values":
      return `${step} has these values`;
    case "not_skippable":
      return `${step} is not skippable by its template: resolve or complete it instead`;
    case "nothing_failed":
      return stepName === null ? `nothing of ${task} has failed` : `nothing from ${step} on has failed`;
    case "paused":
      return `${task} is paused`;
    case "not_paused":
      return `${task} is not paused`;
    case "no_run":
      return `${task} is not known to any engine: it was created by another one and has not been adopted`;
    case "running_below":
      return `${step}, or one that comes after it, is in progress: wait until it has ended`;
    case "finished_below":
      return `${step}, or one that comes after it, has ended for good: ${NEW_TASK}`;
    case "unfinished_above":
      return `${step} waits for steps that are not complete: begin with one of those`;
    case "compensated":
      return `what ${task} had done was undone, and nothing but what undoes it runs from then on: once it has ended, ${NEW_TASK}`;
    case "rerun_under_way":
      return `${task} is being done again from step ${stepName} on`;
  }
}

const DONE: Readonly<Record<StepAction | TaskAction, string>> = {
  retry_step: "is tried again",
  reset_attempts: "has all its attempts again",
  resolve_step: "is resolved",
  complete_step: "is complete with the given result",
  skip_step: "is skipped",
  cancel_step: "is cancelled",
  edit_step: "is changed",
  retry_task: "is tried again",
  cancel_task: "is cancelled",
  resolve_task: "is resolved",
  pause_task: "is paused: what runs may end, nothing starts",
  resume_task: "goes on",
  rerun_from: "runs again from here on",
  rerun_as_new: "is done again from here on",
};

/** What an action did, as a sentence. */
export function explainDone({ action, taskId, stepName }: ActionSubject, newTaskId: number | null): string {
  const subject = stepName === null ? `task ${taskId}` : `step ${stepName} of task ${taskId}`;
  return `${subject} ${DONE[action]}${newTaskId === null ? "" : ` by task ${newTaskId}`}`;
}
