import type { ExecutionStatus, HealthStatus, RecommendedAction } from "../../states/execution-status.ts";
import type { TaskExecutionContextRow } from "./context-row.ts";

/** How far a task is, for people. */
export interface ProgressDetails {
  /** Such as `3/4`. */
  readonly completed_ratio: string;
  /** With at least one decimal, such as `25.0%` or `33.33%`. */
  readonly completion_percentage: string;
  readonly remaining_steps: number;
  readonly failed_steps: number;
  readonly ready_steps: number;
}

/** A task's context under shorter names, with its progress. */
export interface WorkflowSummary {
  readonly total_steps: number;
  readonly completed: number;
  readonly pending: number;
  readonly in_progress: number;
  readonly failed: number;
  readonly ready: number;
  readonly completion_percentage: number;
  readonly status: ExecutionStatus;
  readonly health: HealthStatus;
  readonly recommended_action: RecommendedAction;
  readonly progress_details: ProgressDetails;
}

/** What should happen next, for people. */
export interface NextActionDetails {
  readonly action: RecommendedAction;
  readonly description: string;
  readonly urgency: "low" | "medium" | "high" | "critical";
  /** Whether there is something to do at once. */
  readonly can_proceed: boolean;
}

/** How far the task is, for people. */
export function progressDetails(row: TaskExecutionContextRow): ProgressDetails {
  const percentage = row.completion_percentage;
  return {
    completed_ratio: `${row.completed_steps}/${row.total_steps}`,
    completion_percentage: `${Number.isInteger(percentage) ? percentage.toFixed(1) : percentage}%`,
    remaining_steps: row.total_steps - row.completed_steps,
    failed_steps: row.failed_steps,
    ready_steps: row.ready_steps,
  };
}

/** The task's counts, status and progress in one object. */
export function workflowSummary(row: TaskExecutionContextRow): WorkflowSummary {
  return {
    total_steps: row.total_steps,
    completed: row.completed_steps,
    pending: row.pending_steps,
    in_progress: row.in_progress_steps,
    failed: row.failed_steps,
    ready: row.ready_steps,
    completion_percentage: row.completion_percentage,
    status: row.execution_status,
    health: row.health_status,
    recommended_action: row.recommended_action,
    progress_details: progressDetails(row),
  };
}

/** What should happen next, how urgent it is, and whether it can happen at once. */
export function nextActionDetails(row: TaskExecutionContextRow): NextActionDetails {
  switch (row.recommended_action) {
    case "execute_ready_steps":
      return describe("execute_ready_steps", `${countOf(row.ready_steps)} can start now`, "high", true);
    case "wait_for_completion":
      return describe("wait_for_completion", `${countOf(row.in_progress_steps)} in progress`, "low", false);
    case "handle_failures":
      return describe(
        "handle_failures",
        `${countOf(row.failed_steps)} failed; the task cannot go on without help`,
        "critical",
        false,
      );
    case "finalize_task":
      return describe("finalize_task", "All steps are done; the task can be completed", "medium", true);
    default:
      return describe("wait_for_dependencies", "Waiting for the dependencies of the remaining steps", "low", false);
  }
}

function describe(
  action: RecommendedAction,
  description: string,
  urgency: NextActionDetails["urgency"],
  can_proceed: boolean,
): NextActionDetails {
  return { action, description, urgency, can_proceed };
}

function countOf(steps: number): string {
  return steps === 1 ? "1 step" : `${steps} steps`;
}
