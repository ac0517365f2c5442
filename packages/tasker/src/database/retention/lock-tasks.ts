import type { Connection } from "../database.ts";
import { array, bool, int4, int8, text, timestamp } from "../sql-type.ts";
import { statement } from "../statement.ts";
import type { FinishedTasks } from "./find-finished-tasks.ts";

/** Steps of one batch at most, unless a single task has more. Keeps a batch short where tasks are large. */
const MOST_STEPS = 10_000;

/**
 * Locks what a batch is going to delete: run row, task, current transition, steps. Nothing is waited for, so no order of
 * locks can deadlock; and since nothing is inserted afterwards, the lock on tasks and steps cannot meet an insert of
 * another writer whose foreign-key check waits for it. The lock on the current transition is the check of the state as
 * well: who moves a task updates that row first. `locked`: every row was free and the task is still to be deleted.
 */
export const lockTasksStatement = statement({
  name: "retention_lock_tasks",
  text: `
    with asked as materialized (
      select a.id, a.place, (select count(*) from tasker_workflow_steps w where w.task_id = a.id) as steps
      from unnest($1::int8[]) with ordinality as a(id, place)
    ), taken as materialized (
      select q.id, q.steps, q.place
      from (select a.*, sum(a.steps) over (order by a.place) as total from asked a) q
      where q.place = 1 or q.total <= $4::int4
    )
    select t.id as task_id, l.id is not null as locked
    from taken t
    left join lateral (
      select t.id
      from (select 1) as always(one)
      left join lateral (
        select r.task_id from tasker_task_runs r
        where r.task_id = t.id and r.owner_id = 0
        for update skip locked
      ) r on true
      cross join lateral (
        select k.task_id from tasker_tasks k where k.task_id = t.id for update skip locked
      ) k
      cross join lateral (
        select x.to_state from tasker_task_transitions x
        where x.task_id = t.id and x.most_recent and x.to_state = any($2::text[]) and x.created_at < $3::timestamp
        for update skip locked
      ) x
      cross join lateral (
        select count(*) as n from (
          select from tasker_workflow_steps w where w.task_id = t.id for update skip locked
        ) w
      ) w
      where w.n = t.steps
        -- a task that Rails has made has no run row
        and (r.task_id is not null or not exists (select from tasker_task_runs q where q.task_id = t.id))
        and not (x.to_state = 'error' and exists (
          select from tasker_task_runs q where q.task_id = t.id and q.wake_at is not null
        ))
      limit 1
    ) l on true
    order by t.place`,
  parameters: [array(int8), array(text), timestamp, int4],
  columns: { task_id: int8, locked: bool },
});

/** Tasks of a batch by what became of their locks. */
export interface LockedTasks {
  readonly locked: readonly number[];
  /** Locked by somebody else, or no longer to be deleted. */
  readonly busy: readonly number[];
  /** Not looked at, because those before them have many steps. */
  readonly rest: readonly number[];
}

/** Locks as many of the tasks as fit in one batch, without waiting. The locks last as long as the transaction. */
export async function lockTasks(
  transaction: Connection,
  wanted: FinishedTasks,
  taskIds: readonly number[],
  mostSteps = MOST_STEPS,
): Promise<LockedTasks> {
  const rows = await transaction.run(lockTasksStatement, [taskIds, wanted.states, wanted.olderThan, mostSteps]);
  const ids = (locked: boolean) => rows.filter((row) => row.locked === locked).map((row) => row.task_id);
  return { locked: ids(true), busy: ids(false), rest: taskIds.slice(rows.length) };
}
