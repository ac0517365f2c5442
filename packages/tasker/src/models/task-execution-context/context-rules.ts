import {
  ACTIONABLE_EXECUTION_STATUSES,
  type ExecutionStatus,
  INTERVENTION_EXECUTION_STATUSES,
  REENQUEUE_EXECUTION_STATUSES,
} from "../../states/execution-status.ts";
import type { TaskExecutionContextRow } from "./context-row.ts";

type Status = Pick<TaskExecutionContextRow, "execution_status">;

const isOneOf = (statuses: readonly ExecutionStatus[], row: Status) => statuses.includes(row.execution_status);

/** Whether steps run or could run. */
export function hasWorkToDo(row: Status): boolean {
  return row.execution_status === "has_ready_steps" || row.execution_status === "processing";
}

/** Whether failures without attempts left keep the task from going on. */
export function isBlocked(row: Status): boolean {
  return isOneOf(INTERVENTION_EXECUTION_STATUSES, row);
}

/** Whether all steps are done. */
export function isComplete(row: Status): boolean {
  return row.execution_status === "all_complete";
}

/** Whether no step is in error. */
export function isHealthy(row: Pick<TaskExecutionContextRow, "health_status">): boolean {
  return row.health_status === "healthy";
}

/** Whether a step is in error without attempts left, and none could start. */
export function needsIntervention(row: Pick<TaskExecutionContextRow, "health_status">): boolean {
  return row.health_status === "blocked";
}

/** Whether a step could start at once. */
export function canMakeProgress(row: Pick<TaskExecutionContextRow, "ready_steps">): boolean {
  return row.ready_steps > 0;
}

/** Whether the task is to be looked at again later. */
export function shouldReenqueue(row: Status): boolean {
  return isOneOf(REENQUEUE_EXECUTION_STATUSES, row);
}

/** Whether the task can go on at once. */
export function needsImmediateAction(row: Status): boolean {
  return isOneOf(ACTIONABLE_EXECUTION_STATUSES, row);
}
