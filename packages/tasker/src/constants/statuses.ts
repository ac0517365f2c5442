import { EXECUTION_STATUSES, HEALTH_STATUSES, RECOMMENDED_ACTIONS } from "../states/execution-status.ts";
import { STATES } from "../states/state.ts";
import { members } from "./members.ts";

/** States of a task. */
export const TaskStatuses = members(STATES);
/** States of a step. */
export const WorkflowStepStatuses = members(STATES);

/** What the steps of a task say about it. */
export const TaskExecution = Object.freeze({
  ExecutionStatus: members(EXECUTION_STATUSES),
  RecommendedAction: members(RECOMMENDED_ACTIONS),
  HealthStatus: members(HEALTH_STATUSES),
});

/** Initiator, source system and reason of a task for which none is given. */
export const UNKNOWN = "unknown";
