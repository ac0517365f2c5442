import type { Content } from "../content.ts";
import { isDone, latestOfTask } from "./current-state.ts";
import { roundQuotient } from "./exact.ts";
import { readinessOf } from "./readiness.ts";

/** A row of the two context functions, the percentage as text. */
export interface ContextRow {
  readonly task_id: number;
  readonly named_task_id: number;
  readonly status: string;
  readonly total_steps: number;
  readonly pending_steps: number;
  readonly in_progress_steps: number;
  readonly completed_steps: number;
  readonly failed_steps: number;
  readonly ready_steps: number;
  readonly execution_status: string;
  readonly recommended_action: string;
  readonly completion_percentage: string;
  readonly health_status: string;
}

/** The execution context of one task, by the rules: no row or one. `zoneUs` as for readiness. */
export function contextOf(content: Content, taskId: number | null, zoneUs = 0): ContextRow[] {
  const task = content.tasks.find((row) => row.task_id === taskId);
  if (task === undefined) return [];
  const steps = readinessOf(content, [task.task_id], null, zoneUs);
  const failed = steps.filter((step) => step.current_state === "error");
  const counts = {
    total_steps: steps.length,
    pending_steps: steps.filter((step) => step.current_state === "pending").length,
    in_progress_steps: steps.filter((step) => step.current_state === "in_progress").length,
    completed_steps: steps.filter((step) => isDone(step.current_state)).length,
    failed_steps: failed.length,
    ready_steps: steps.filter((step) => step.ready_for_execution).length,
  };
  const blocked = failed.filter((step) => step.attempts >= step.retry_limit).length;
  const [execution_status, recommended_action] = judge(counts, blocked);
  return [
    {
      task_id: task.task_id,
      named_task_id: task.named_task_id,
      status: latestOfTask(content, task.task_id)?.to_state ?? "pending",
      ...counts,
      execution_status,
      recommended_action,
      completion_percentage:
        counts.total_steps === 0
          ? "0.0"
          : roundQuotient(100n * BigInt(counts.completed_steps), BigInt(counts.total_steps), 2),
      health_status: health(counts, blocked),
    },
  ];
}

type Counts = Pick<
  ContextRow,
  "total_steps" | "in_progress_steps" | "completed_steps" | "failed_steps" | "ready_steps"
>;

function judge(counts: Counts, blocked: number): readonly [status: string, action: string] {
  if (counts.ready_steps > 0) return ["has_ready_steps", "execute_ready_steps"];
  if (counts.in_progress_steps > 0) return ["processing", "wait_for_completion"];
  if (blocked > 0) return ["blocked_by_failures", "handle_failures"];
  if (counts.total_steps > 0 && counts.completed_steps === counts.total_steps) return ["all_complete", "finalize_task"];
  return ["waiting_for_dependencies", "wait_for_dependencies"];
}

function health(counts: Counts, blocked: number): string {
  if (counts.failed_steps === 0) return "healthy";
  if (counts.ready_steps > 0) return "recovering";
  if (blocked > 0) return "blocked";
  return "recovering";
}
