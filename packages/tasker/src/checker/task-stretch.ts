import type { Connection } from "../database/database.ts";
import { array, int4, int8, nullable, timestamp } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";

/** Tasks that are checked together, at most. */
const MOST_TASKS = 2_000;
/** Steps that they have together, unless a single task has more. */
const MOST_STEPS = 20_000;

/** The next tasks after `$1`, created at `$2` or later, `$3` at most with `$4` steps at most. */
export const taskStretchStatement = statement({
  name: "check_stretch",
  text: `
    with looked as materialized (
      select k.task_id, k.created_at from tasker_tasks k where k.task_id > $1::int8 order by k.task_id limit $3::int4
    ), sized as (
      select l.task_id, l.created_at, s.n, sum(s.n) over (order by l.task_id) - s.n as before from looked l
      cross join lateral (
        select count(*) as n from tasker_workflow_steps w where w.task_id = l.task_id
      ) s
    ), fitting as (
      select * from sized z where z.before < $4::int4
    )
    select max(f.task_id) as last_task_id,
      coalesce(sum(f.n) filter (where f.created_at >= $2::timestamp or $2::timestamp is null), 0)::int8 as steps,
      coalesce(array_agg(f.task_id order by f.task_id)
        filter (where f.created_at >= $2::timestamp or $2::timestamp is null), '{}') as task_ids
    from fitting f`,
  parameters: [int8, nullable(timestamp), int4, int4],
  columns: { last_task_id: nullable(int8), steps: int8, task_ids: array(int8) },
});

/** Tasks that are checked together. */
export interface TaskStretch {
  readonly taskIds: readonly number[];
  /** Number of their steps. */
  readonly steps: number;
  /** Where the next one begins; null at the end. */
  readonly next: number | null;
}

/**
 * The tasks after the one with the id `after`: as many as can be checked at once.
 * @param since only those created at this moment or later; null: all
 */
export async function nextStretch(connection: Connection, after: number, since: Date | null): Promise<TaskStretch> {
  const [row] = await connection.run(taskStretchStatement, [after, since, MOST_TASKS, MOST_STEPS]);
  if (row === undefined) return { taskIds: [], steps: 0, next: null };
  return { taskIds: row.task_ids, steps: row.steps, next: row.last_task_id };
}
