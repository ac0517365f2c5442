import type { Content, StepTransitionRow, TaskTransitionRow } from "../content.ts";

/** The most recent transition of a step; undefined if there is none. */
export function latestOfStep(content: Content, stepId: number): StepTransitionRow | undefined {
  return content.stepTransitions.find((row) => row.workflow_step_id === stepId && row.most_recent);
}

/** The most recent transition of a task; undefined if there is none. */
export function latestOfTask(content: Content, taskId: number): TaskTransitionRow | undefined {
  return content.taskTransitions.find((row) => row.task_id === taskId && row.most_recent);
}

/** Whether a state lets the children of a step start. */
export function isDone(state: string | undefined): boolean {
  return state === "complete" || state === "resolved_manually";
}
