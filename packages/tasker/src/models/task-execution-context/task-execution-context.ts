import type { Connection } from "../../database/database.ts";
import { selectExecutionContext, selectExecutionContexts, type TaskExecutionContextRow } from "./context-row.ts";

export type { TaskExecutionContextRow } from "./context-row.ts";
export {
  canMakeProgress,
  hasWorkToDo,
  isBlocked,
  isComplete,
  isHealthy,
  needsImmediateAction,
  needsIntervention,
  shouldReenqueue,
} from "./context-rules.ts";
export type { NextActionDetails, ProgressDetails, WorkflowSummary } from "./workflow-summary.ts";
export { nextActionDetails, progressDetails, workflowSummary } from "./workflow-summary.ts";

/** The execution context of a task, or undefined if there is no such task. */
export async function find(connection: Connection, taskId: number): Promise<TaskExecutionContextRow | undefined> {
  const [row] = await connection.run(selectExecutionContext, [taskId]);
  return row;
}

/** The contexts of several tasks, by task; unknown ones are left out, one named twice is answered twice. No query for none. */
export async function forTasks(connection: Connection, taskIds: readonly number[]): Promise<TaskExecutionContextRow[]> {
  return taskIds.length === 0 ? [] : connection.run(selectExecutionContexts, [taskIds]);
}
