import type { Connection } from "../../database/database.ts";
import { array, int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { groupPairs } from "../../graph/adjacency.ts";
import { findCycle } from "../../graph/find-cycle.ts";
import type { HistoryFinding } from "../history-report.ts";

/** The name of the rule, and what is so where it is kept. */
export const CYCLIC_EDGES = {
  name: "cyclic edges",
  verifies: "no step depends on itself, by way of whatever others",
} as const;

/** The edges of tasks `$1` that may have a cycle: one that leads back to an older step is part of each. */
export const backwardEdgesStatement = statement({
  name: "check_backward_edges",
  text: `
    select w.task_id, array_agg(e.from_step_id order by e.id) as parents, array_agg(e.to_step_id order by e.id) as children
    from unnest($1::int8[]) as a(task_id)
    cross join lateral (
      select q.task_id, q.workflow_step_id from tasker_workflow_steps q where q.task_id = a.task_id offset 0
    ) w
    cross join lateral (
      select q.id, q.from_step_id, q.to_step_id from tasker_workflow_step_edges q
      where q.to_step_id = w.workflow_step_id offset 0
    ) e
    group by w.task_id having bool_or(e.from_step_id >= e.to_step_id)
    order by w.task_id`,
  parameters: [array(int8)],
  columns: { task_id: int8, parents: array(int8), children: array(int8) },
});

/** Finds one cycle in each task that has any. */
export async function findCyclicEdges(connection: Connection, taskIds: readonly number[]): Promise<HistoryFinding[]> {
  const rows = await connection.run(backwardEdgesStatement, [taskIds]);
  return rows.flatMap(({ task_id: taskId, parents, children }) => {
    const stepIds = [...new Set([...parents, ...children])];
    const indexes = new Map(stepIds.map((id, index) => [id, index]));
    const indexed = (ids: readonly number[]) => ids.map((id) => indexes.get(id) ?? 0);
    const cycle = findCycle(groupPairs(stepIds.length, indexed(parents), indexed(children)));
    if (cycle === null) return [];
    const members = Array.from(cycle, (index) => stepIds[index] ?? 0);
    const [stepId = null] = members;
    return [{ taskId, stepId, found: `steps ${[...members, stepId].join(" -> ")}`, unclear: false }];
  });
}
