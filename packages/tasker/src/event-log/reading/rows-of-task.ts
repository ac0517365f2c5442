import type { Connection } from "../../database/database.ts";
import { int4, int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { LOG_SOURCES, type PerSource, perSource } from "../cursor/log-source.ts";
import { readRowsOf } from "./read-rows.ts";
import type { Reading, ReadingLimits } from "./reading.ts";

/** Ids of the rows of one task above some ids, the first $10 of each table; places of tables as in `LOG_SOURCES`. */
export const findRowsOfTask = statement({
  name: "log_rows_of_task",
  text: `
    (select 0 as source, t.task_id as id from tasker_tasks t where t.task_id = $1 and t.task_id > $2 and t.task_id <= $6)
    union all
    (select 1, q.id from (
      select x.id from tasker_task_transitions x where x.task_id = $1 offset 0
    ) q where q.id > $3 and q.id <= $7 order by q.id limit $10)
    union all
    (select 2, q.id from (
      select x.id from tasker_workflow_steps w
      cross join lateral (
        select y.id from tasker_workflow_step_transitions y where y.workflow_step_id = w.workflow_step_id offset 0
      ) x
      where w.task_id = $1 offset 0
    ) q where q.id > $4 and q.id <= $8 order by q.id limit $10)
    union all
    (select 3, q.id from (
      select x.id from tasker_events x where x.task_id = $1 offset 0
    ) q where q.id > $5 and q.id <= $9 order by q.id limit $10)`,
  parameters: [int8, int8, int8, int8, int8, int8, int8, int8, int8, int8],
  columns: { source: int4, id: int8 },
});

/** Reads the rows of one task that come after some ids, the first of each table. */
export async function readRowsOfTask(
  connection: Connection,
  taskId: number,
  after: PerSource<number>,
  end: PerSource<number>,
  limits: ReadingLimits,
): Promise<Reading> {
  const found = await connection.run(findRowsOfTask, [
    ...([taskId, after.tasks, after.taskRows, after.stepRows, after.events] as const),
    ...([end.tasks, end.taskRows, end.stepRows, end.events, limits.rows + 1] as const),
  ]);
  const ids = perSource((source) => {
    const place = LOG_SOURCES.indexOf(source);
    return found.filter((row) => row.source === place).map((row) => row.id);
  });
  const taken = perSource((source) => ids[source].slice(0, limits.rows).sort((a, b) => a - b));
  const rows = await readRowsOf(connection, taken, limits);
  return perSource((source) => ({
    rows: rows.filter((row) => row.source === source).sort((a, b) => a.id - b.id),
    more: ids[source].length > limits.rows,
  }));
}
