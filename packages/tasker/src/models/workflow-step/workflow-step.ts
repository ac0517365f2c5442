import type { Connection } from "../../database/database.ts";
import { createEdge, PROVIDES_EDGE_NAME, type WorkflowStepEdgeRow } from "../workflow-step-edge/record.ts";
import { currentState, loadCurrentStates } from "../workflow-step-transition/moves.ts";
import type { WorkflowStepRow } from "./record.ts";

export { PROVIDES_EDGE_NAME } from "../workflow-step-edge/record.ts";
export {
  loadChildren,
  loadDagRelationships,
  loadIncomingEdges,
  loadNamedSteps,
  loadNames,
  loadOutgoingEdges,
  loadParents,
  loadSiblings,
  loadTasks,
  loadTransitions,
} from "./associations.ts";
export { loadTaskCompletionStats, type TaskCompletionStats, taskCompletionStats } from "./completion-stats.ts";
export { type StepDependencies, setUpDependentSteps } from "./dependent-steps.ts";
export { findStepByName } from "./find-step-by-name.ts";
export {
  areDependenciesSatisfied,
  canRetryNow,
  hasReadyStatus,
  hasRetryAttempts,
  isCancelled,
  isComplete,
  isInError,
  isInProgress,
  isLeafStep,
  isPending,
  isReady,
  isRetryEligible,
  isRetryExhausted,
  isRootStep,
  isWaitingForBackoff,
  type StepReadiness,
} from "./readiness.ts";
export {
  create,
  createMany,
  destroy,
  find,
  findMany,
  type NewWorkflowStep,
  update,
  type WorkflowStepRow,
} from "./record.ts";
export {
  byCurrentState,
  completed,
  completedSince,
  failed,
  failedSince,
  forTask,
  forTasksSince,
  pending,
  visibleTo,
} from "./scopes.ts";
export { buildDefaultStep, getStepsForTask, type StepTemplate, type TaskToBuild } from "./steps-for-task.ts";
export { getViableSteps } from "./viable-steps.ts";

type Identified = Pick<WorkflowStepRow, "workflow_step_id">;

/** The state that a step is in, as the database has it now. @throws RecordNotFoundError */
export function status(connection: Connection, step: Identified): Promise<string> {
  return currentState(connection, step.workflow_step_id);
}

/** The states that steps are in, by their ids, as the database has them now; one query. */
export function loadStatuses(connection: Connection, steps: readonly Identified[]): Promise<Map<number, string>> {
  return loadCurrentStates(
    connection,
    steps.map((step) => step.workflow_step_id),
  );
}

/** Makes `to` wait for `step`. @throws CyclicGraphError, InvalidRecordError */
export function addProvidesEdge(
  connection: Connection,
  step: Identified,
  to: Identified,
  at?: Date,
): Promise<WorkflowStepEdgeRow> {
  return createEdge(connection, step.workflow_step_id, to.workflow_step_id, PROVIDES_EDGE_NAME, at);
}
