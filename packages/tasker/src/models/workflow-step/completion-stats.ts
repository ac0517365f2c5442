import type { Connection } from "../../database/database.ts";
import { array, int8, nullable, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { runUnprepared } from "../run-unprepared.ts";

/** Counts the steps of tasks by what has become of them. */
export const completionStats = statement({
  name: "completion_stats",
  text: `
    select t.id as task_id, count(w.workflow_step_id) as total,
      count(*) filter (where c.to_state in ('complete', 'resolved_manually')) as completed,
      count(*) filter (where c.to_state = 'error') as failed,
      max(w.processed_at) filter (where c.to_state in ('complete', 'resolved_manually')) as latest
    from unnest($1::int8[]) as t(id)
    left join tasker_workflow_steps w on w.task_id = t.id
    left join tasker_workflow_step_transitions c on c.workflow_step_id = w.workflow_step_id and c.most_recent
    group by t.id`,
  parameters: [array(int8)],
  columns: { task_id: int8, total: int8, completed: int8, failed: int8, latest: nullable(timestamp) },
});

/** How far the steps of a task have come. */
export interface TaskCompletionStats {
  readonly total_steps: number;
  /** `complete` or `resolved_manually`. */
  readonly completed_steps: number;
  /** In `error`. */
  readonly failed_steps: number;
  /** All others, those in progress and the cancelled ones too. */
  readonly pending_steps: number;
  /** The greatest `processed_at` of the completed steps; null if none has one. */
  readonly latest_completion_time: Date | null;
  /** Whether there are steps and all are completed. */
  readonly all_complete: boolean;
}

/** How far the steps of each task have come, by its id; one query. A task without steps has zeros. */
export async function loadTaskCompletionStats(
  connection: Connection,
  taskIds: Iterable<number>,
): Promise<Map<number, TaskCompletionStats>> {
  const rows = await runUnprepared(connection, completionStats, [[...new Set(taskIds)]]);
  return new Map(
    rows.map(({ task_id, total, completed, failed, latest }) => [
      task_id,
      {
        total_steps: total,
        completed_steps: completed,
        failed_steps: failed,
        pending_steps: total - completed - failed,
        latest_completion_time: latest,
        all_complete: total > 0 && completed === total,
      },
    ]),
  );
}

/** How far the steps of one task have come; zeros for one without steps. */
export async function taskCompletionStats(connection: Connection, taskId: number): Promise<TaskCompletionStats> {
  const stats = (await loadTaskCompletionStats(connection, [taskId])).get(taskId);
  if (stats === undefined) throw new RangeError(`no counts came back for task ${taskId}`);
  return stats;
}
