import type { Connection } from "../../database/database.ts";
import * as filters from "./readiness-filters.ts";
import { type StepReadinessRow, selectStepReadiness, selectStepReadinessOfTasks } from "./readiness-row.ts";

export type { StepReadinessRow } from "./readiness-row.ts";
export type { BackoffType, BlockingReason, DetailedStatus, RetryStatus } from "./readiness-rules.ts";
export {
  backoffType,
  blockingReason,
  canExecuteNow,
  dependencyStatus,
  detailedStatus,
  effectiveBackoffSeconds,
  retryStatus,
  timeUntilReady,
  toObject,
} from "./readiness-rules.ts";

/**
 * Readiness of a task's steps, by step.
 * @param stepIds which of them; ids of other tasks are ignored, an empty list gives none. Default: all
 */
export function forTask(
  connection: Connection,
  taskId: number,
  stepIds: readonly number[] | null = null,
): Promise<StepReadinessRow[]> {
  return connection.run(selectStepReadiness, [taskId, stepIds]);
}

/** Readiness of some steps of a task, by step; ids of other tasks are ignored. */
export function forSteps(
  connection: Connection,
  taskId: number,
  stepIds: readonly number[],
): Promise<StepReadinessRow[]> {
  return forTask(connection, taskId, stepIds);
}

/** Readiness of all steps of several tasks, by task and step; one query, and none for no tasks. */
export async function forTasks(connection: Connection, taskIds: readonly number[]): Promise<StepReadinessRow[]> {
  return taskIds.length === 0 ? [] : connection.run(selectStepReadinessOfTasks, [taskIds]);
}

type Read<Result> = (connection: Connection, taskId: number) => Promise<Result>;

const ofTask =
  <Result>(ask: (rows: readonly StepReadinessRow[]) => Result): Read<Result> =>
  async (connection, taskId) =>
    ask(await forTask(connection, taskId));

/** Steps of a task that could start at once. */
export const readyForTask = ofTask(filters.ready);

/** Steps of a task with a parent that is not done. */
export const blockedByDependenciesForTask = ofTask(filters.blockedByDependencies);

/** Steps of a task without attempts left. */
export const blockedByRetryForTask = ofTask(filters.blockedByRetry);

/** Steps of a task in `pending`, among them those without a transition. */
export const pendingForTask = ofTask(filters.pending);

/** Steps of a task in `error`. */
export const failedForTask = ofTask(filters.failed);

/** Steps of a task in `in_progress`. */
export const inProgressForTask = ofTask(filters.inProgress);

/** Steps of a task that are `complete` or `resolved_manually`. */
export const completeForTask = ofTask(filters.complete);

/** Whether all steps of a task are `complete` or `resolved_manually`; true for a task without steps. */
export const allStepsCompleteForTask = ofTask(filters.allStepsComplete);
