import type { Connection } from "../../database/database.ts";
import type { State } from "../../states/state.ts";
import { loadChildren } from "../load-children.ts";
import { loadRecords } from "../load-records.ts";
import type { Scope } from "../scope.ts";
import { type FormattedMetadata, formatMetadata } from "../transition/facts.ts";
import * as queries from "../transition/queries.ts";
import { transitionScopes } from "../transition/scopes.ts";
import { loadStatistics, type StatisticsOptions, type TransitionStatistics } from "../transition/statistics.ts";
import { description } from "./description.ts";
import type { TaskTransitionRow } from "./record.ts";

export {
  type FormattedMetadata,
  getMetadata,
  hasMetadata,
  isCancellationTransition,
  isCompletionTransition,
  isErrorTransition,
  setMetadata,
} from "../transition/facts.ts";
export type { StatisticsOptions, TransitionStatistics } from "../transition/statistics.ts";
export { description } from "./description.ts";
export { append, canTransitionTo, currentState, initialize, loadCurrentStates, safeTransitionTo } from "./moves.ts";
export {
  create,
  createIfAbsent,
  createMany,
  destroy,
  find,
  findMany,
  type TaskTransitionRow,
  update,
} from "./record.ts";

const TABLE = "tasker_task_transitions";

/** Conditions on transitions of tasks, and `recent`, their order: the latest first. */
export const { toState, withMetadataKey, withMetadataValue, inTimeRange, recent } = transitionScopes(TABLE);

/** Transitions of one task. */
export function forTask(taskId: number): Scope<typeof TABLE> {
  return (eb) => eb("tasker_task_transitions.task_id", "=", taskId);
}

/** Everything that happened to a task, in order. */
export async function history(connection: Connection, taskId: number): Promise<TaskTransitionRow[]> {
  return (await loadHistories(connection, [taskId])).get(taskId) ?? [];
}

/** Everything that happened to each of these tasks, in order, by their ids; one query. */
export function loadHistories(connection: Connection, taskIds: Iterable<number>) {
  return loadChildren(connection, TABLE, "task_id", taskIds, "sort_key");
}

/** The tasks of these transitions, by their ids; one query. */
export function loadTasks(connection: Connection, rows: readonly Pick<TaskTransitionRow, "task_id">[]) {
  const keys = rows.map((row) => row.task_id);
  return loadRecords(connection, "tasker_tasks", "task_id", keys);
}

/** Of the transitions to a state, among those of `where`, the one with the greatest sort key; undefined if there is none. */
export function mostRecentToState(connection: Connection, state: State, where?: Scope<typeof TABLE>) {
  return queries.mostRecentToState(connection, TABLE, state, where);
}

/** Counts transitions: all of them, or those of a scope. */
export function statistics(
  connection: Connection,
  options: StatisticsOptions<typeof TABLE> = {},
): Promise<TransitionStatistics> {
  return loadStatistics(connection, TABLE, options);
}

/** By id of the transition, how long the state before it lasted, in seconds; null for a task's first. One query. */
export function loadDurationsSincePrevious(connection: Connection, rows: readonly Pick<TaskTransitionRow, "id">[]) {
  return queries.loadDurationsSincePrevious(connection, TABLE, rows);
}

/** The metadata of a transition for people. @param durationSincePrevious seconds, null for a task's first transition */
export function formattedMetadata(row: TaskTransitionRow, durationSincePrevious: number | null): FormattedMetadata {
  return formatMetadata(row, durationSincePrevious, description(row));
}
