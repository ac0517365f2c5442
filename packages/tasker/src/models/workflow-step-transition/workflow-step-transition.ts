import type { Connection } from "../../database/database.ts";
import type { State } from "../../states/state.ts";
import type { Scope } from "../scope.ts";
import { type FormattedMetadata, formatMetadata } from "../transition/facts.ts";
import * as queries from "../transition/queries.ts";
import { loadStepNames, loadWorkflowSteps } from "./associations.ts";
import { description } from "./facts.ts";
import type { WorkflowStepTransitionRow } from "./record.ts";

export {
  type FormattedMetadata,
  getMetadata,
  hasMetadata,
  isCancellationTransition,
  isCompletionTransition,
  isErrorTransition,
  setMetadata,
} from "../transition/facts.ts";
export type { StatisticsOptions } from "../transition/statistics.ts";
export { history, loadHistories, loadStepNames, loadTasks, loadWorkflowSteps } from "./associations.ts";
export {
  attemptNumber,
  type BackoffInfo,
  backoffInfo,
  description,
  executionDuration,
  isRetryTransition,
} from "./facts.ts";
export { append, canTransitionTo, currentState, initialize, loadCurrentStates, safeTransitionTo } from "./moves.ts";
export {
  create,
  createIfAbsent,
  createMany,
  destroy,
  find,
  findMany,
  update,
  type WorkflowStepTransitionRow,
} from "./record.ts";
export {
  forAttempt,
  forStep,
  forTask,
  inTimeRange,
  recent,
  retryTransitions,
  toState,
  withMetadataKey,
  withMetadataValue,
} from "./scopes.ts";
export { type StepTransitionStatistics, statistics } from "./statistics.ts";

const TABLE = "tasker_workflow_step_transitions";

/** Of the transitions to a state, among those of `where`, the one with the greatest sort key; undefined if there is none. */
export function mostRecentToState(connection: Connection, state: State, where?: Scope<typeof TABLE>) {
  return queries.mostRecentToState(connection, TABLE, state, where);
}

/** By id of the transition, how long the state before it lasted, in seconds; null for a step's first. One query. */
export function loadDurationsSincePrevious(
  connection: Connection,
  rows: readonly Pick<WorkflowStepTransitionRow, "id">[],
) {
  return queries.loadDurationsSincePrevious(connection, TABLE, rows);
}

/** The metadata of transitions for people, with `step_name` and `task_id`, by the ids of the transitions; three queries. */
export async function loadFormattedMetadata(
  connection: Connection,
  rows: readonly WorkflowStepTransitionRow[],
): Promise<Map<number, FormattedMetadata>> {
  const durations = await loadDurationsSincePrevious(connection, rows);
  const names = await loadStepNames(connection, rows);
  const steps = await loadWorkflowSteps(connection, rows);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        ...formatMetadata(row, durations.get(row.id) ?? null, description(row)),
        step_name: names.get(row.workflow_step_id) ?? null,
        task_id: steps.get(row.workflow_step_id)?.task_id ?? null,
      },
    ]),
  );
}
