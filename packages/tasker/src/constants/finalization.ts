import type { ExecutionStatus } from "../states/execution-status.ts";
import { members } from "./members.ts";

/** Why a task is looked at again later, in the order of the reference. */
export const VALID_TASK_REENQUEUE_REASONS = [
  "context_unavailable",
  "steps_in_progress",
  "awaiting_dependencies",
  "ready_steps_available",
  "continuing_workflow",
  "pending_steps_remaining",
  "retry_backoff",
] as const;

/** Why a task is pending, in the order of the reference. */
export const VALID_TASK_PENDING_REASONS = [
  "context_unavailable",
  "waiting_for_step_completion",
  "waiting_for_dependencies",
  "ready_for_processing",
  "workflow_paused",
] as const;

/** One of {@link VALID_TASK_REENQUEUE_REASONS}. */
export type ReenqueueReason = (typeof VALID_TASK_REENQUEUE_REASONS)[number];
/** One of {@link VALID_TASK_PENDING_REASONS}. */
export type PendingReason = (typeof VALID_TASK_PENDING_REASONS)[number];

/** Words for why a task ends or goes on. */
export const TaskFinalization = Object.freeze({
  ErrorMessages: members(["steps_in_error_state"]),
  ReenqueueReasons: members(VALID_TASK_REENQUEUE_REASONS),
  PendingReasons: members(VALID_TASK_PENDING_REASONS),
});

/** Why a task is looked at again, by how its steps stand; null: nothing is known of them. */
export function reenqueueReason(status: ExecutionStatus | null): ReenqueueReason {
  switch (status) {
    case null:
      return "context_unavailable";
    case "has_ready_steps":
      return "ready_steps_available";
    case "waiting_for_dependencies":
      return "awaiting_dependencies";
    case "processing":
      return "steps_in_progress";
    default:
      return "continuing_workflow";
  }
}

/** Why a task is pending, by how its steps stand; null: nothing is known of them. */
export function pendingReason(status: ExecutionStatus | null): PendingReason {
  switch (status) {
    case null:
      return "context_unavailable";
    case "has_ready_steps":
      return "ready_for_processing";
    case "waiting_for_dependencies":
      return "waiting_for_dependencies";
    case "processing":
      return "waiting_for_step_completion";
    default:
      return "workflow_paused";
  }
}
