import type { Connection } from "../database.ts";
import { array, int8 } from "../sql-type.ts";
import { statement } from "../statement.ts";

/**
 * Those of the given tasks that have an edge from or to a step of another task, which the schema allows: without them the
 * other task's graph would be a different one.
 */
export const linkedTasksStatement = statement({
  name: "retention_linked_tasks",
  text: `
    select a.id as task_id from unnest($1::int8[]) as a(id)
    cross join lateral (
      select from tasker_workflow_steps w
      cross join lateral (
        select e.to_step_id as step_id from tasker_workflow_step_edges e where e.from_step_id = w.workflow_step_id
        union all
        select e.from_step_id from tasker_workflow_step_edges e where e.to_step_id = w.workflow_step_id
      ) e
      where w.task_id = a.id
        -- a scalar subquery is a look-up by key in every plan
        and (select o.task_id from tasker_workflow_steps o where o.workflow_step_id = e.step_id) <> a.id
      limit 1
    ) l`,
  parameters: [array(int8)],
  columns: { task_id: int8 },
});

/** Divides tasks into those that stand alone and those that an edge joins to another task. */
export async function divideByLinks(
  connection: Connection,
  taskIds: readonly number[],
): Promise<{ readonly alone: readonly number[]; readonly linked: readonly number[] }> {
  const linked = new Set((await connection.run(linkedTasksStatement, [taskIds])).map((row) => row.task_id));
  return { alone: taskIds.filter((taskId) => !linked.has(taskId)), linked: [...linked] };
}
