import type { Connection } from "../database.ts";
import { array, bool, int4, int8, nullable, text, timestamp } from "../sql-type.ts";
import { statement } from "../statement.ts";
import type { PrunableState } from "./prune-options.ts";

/** Tasks that one statement looks at: some 30 ms. */
const WINDOW_SIZE = 10_000;

/** Which tasks are to be deleted. */
export interface FinishedTasks {
  readonly states: readonly PrunableState[];
  readonly olderThan: Date;
  /** Null: of all templates. */
  readonly namedTaskIds: readonly number[] | null;
}

/** The named tasks of a namespace, of a name, or of both, in all versions. Null parameters filter nothing. */
export const namedTasksStatement = statement({
  name: "retention_named_tasks",
  text: `
    select n.named_task_id from tasker_named_tasks n
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    where ($1::text is null or s.name = $1::text) and ($2::text is null or n.name = $2::text)`,
  parameters: [nullable(text), nullable(text)],
  columns: { named_task_id: int4 },
});

/**
 * The finished tasks among the next $2 after $1. Goes along the primary key and looks each task's current transition up by
 * the unique partial index on it: no index is led by a state or a time, and one that were would be written at each
 * transition. `young`: every task looked at was created after the limit.
 */
export const finishedTasksStatement = statement({
  name: "retention_finished_tasks",
  text: `
    with looked as materialized (
      select k.task_id, k.named_task_id, k.created_at from tasker_tasks k
      where k.task_id > $1::int8 order by k.task_id limit $2::int4
    ), found as (
      select l.task_id from looked l
      cross join lateral (
        select x.to_state, x.created_at from tasker_task_transitions x
        where x.task_id = l.task_id and x.most_recent limit 1
      ) x
      where x.to_state = any($3::text[]) and x.created_at < $4::timestamp
        and ($5::int4[] is null or l.named_task_id = any($5::int4[]))
        and not exists (
          select from tasker_task_runs r where r.task_id = l.task_id
            and (r.owner_id <> 0 or (x.to_state = 'error' and r.wake_at is not null))
        )
    )
    select (select max(l.task_id) from looked l) as last_task_id,
      (select count(*)::int4 from looked) as looked,
      coalesce((select min(l.created_at) >= $4::timestamp from looked l), true) as young,
      (select coalesce(array_agg(f.task_id order by f.task_id), '{}') from found f) as task_ids`,
  parameters: [int8, int4, array(text), timestamp, nullable(array(int4))],
  columns: { last_task_id: nullable(int8), looked: int4, young: bool, task_ids: array(int8) },
});

/** What is to be deleted among a stretch of tasks, and where the next one begins; null at the end. */
export interface Window {
  readonly taskIds: readonly number[];
  readonly next: number | null;
}

/**
 * Looks at the next tasks after the one with the id `after`. The search ends at the last task, or at a
 * full window of tasks that are all younger than the limit: ids follow the time of creation closely, and what is out of
 * order behind that window is reached when the window's own tasks have come of age.
 * @param windowSize how many. Default: 10,000
 */
export async function findFinishedTasks(
  connection: Connection,
  wanted: FinishedTasks,
  after: number,
  windowSize = WINDOW_SIZE,
): Promise<Window> {
  const [row] = await connection.run(finishedTasksStatement, [
    after,
    windowSize,
    wanted.states,
    wanted.olderThan,
    wanted.namedTaskIds,
  ]);
  if (row === undefined) return { taskIds: [], next: null };
  return { taskIds: row.task_ids, next: row.looked < windowSize || row.young ? null : row.last_task_id };
}
