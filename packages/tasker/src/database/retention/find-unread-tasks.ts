import type { Connection } from "../database.ts";
import { array, int8 } from "../sql-type.ts";
import { statement } from "../statement.ts";

/** Those of the given tasks of which a durable subscriber has still to read something. Abandoned replays do not count. */
export const unreadTasksStatement = statement({
  name: "retention_unread_tasks",
  text: `
    with floor as materialized (
      select min(s.next_task_id) as task_id, min(s.next_task_row_id) as task_row_id,
        min(s.next_step_row_id) as step_row_id, min(s.next_event_id) as event_id
      from tasker_event_subscribers s
      where not coalesce(s.is_temporary and s.lease_until < clock_timestamp() at time zone 'UTC' - interval '1 minute', false)
    )
    select a.id as task_id from unnest($1::int8[]) as a(id) cross join floor f
    where a.id >= f.task_id
      or exists (select from tasker_task_transitions x where x.task_id = a.id and x.id >= f.task_row_id)
      or exists (select from tasker_events v where v.task_id = a.id and v.id >= f.event_id)
      or exists (
        select from tasker_workflow_steps w
        cross join lateral (
          select from tasker_workflow_step_transitions x
          where x.workflow_step_id = w.workflow_step_id and x.id >= f.step_row_id limit 1
        ) x
        where w.task_id = a.id
      )`,
  parameters: [array(int8)],
  columns: { task_id: int8 },
});

/** Divides tasks into those that every durable subscriber has read, and those that one has still to read. */
export async function divideByReaders(
  connection: Connection,
  taskIds: readonly number[],
): Promise<{ readonly read: readonly number[]; readonly unread: readonly number[] }> {
  const unread = new Set((await connection.run(unreadTasksStatement, [taskIds])).map((row) => row.task_id));
  return { read: taskIds.filter((taskId) => !unread.has(taskId)), unread: [...unread] };
}
