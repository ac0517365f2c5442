import type { Connection } from "../database/database.ts";
import { int4, int8, textOf, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";

/**
 * Whether nobody will go on with a task, as SQL over its run row `r`: it is live, not paused, and neither owned by a process
 * that lives nor with a time at which it wants to be claimed. A process that is gone counts as living a while longer, in
 * which another one takes its tasks over.
 * @param state the task's current state
 * @param now a time with its zone
 * @param takeoverMs how much longer, in milliseconds
 */
export const isOrphan = (state: string, now: string, takeoverMs: string) => `
      ${state} in ('pending', 'in_progress')
      and not (r.paused and r.owner_id = 0)
      and (r.wake_at is null or r.owner_id <> 0)
      and not exists (
        select from tasker_processes p where p.process_id = r.owner_id and r.wake_at is not null
          and coalesce(p.stopped_at, p.expires_at) > ${now} at time zone 'UTC' - ${takeoverMs} * interval '1 millisecond'
      )`;

/**
 * Whether a task that wants to be claimed is of a kind that no living process has registered, as SQL over its run row `r`.
 * Not where no process lives at all: then it is not the task that is left alone.
 */
const isUnclaimable = (takeoverMs: string) => `
      r.owner_id = 0 and not r.paused
      and r.wake_at < clock_timestamp() at time zone 'UTC' - ${takeoverMs} * interval '1 millisecond'
      and exists (select from alive) and not exists (select from alive a where r.named_task_id = any(a.kinds))`;

/** The tasks of engines that nobody will go on with; `$1`: milliseconds for a takeover. */
export const findOrphansStatement = statement({
  name: "find_orphans",
  text: `
    with alive as materialized (
      select p.kinds from tasker_processes p
      where p.released_at is null and coalesce(p.stopped_at, p.expires_at) > clock_timestamp() at time zone 'UTC'
    )
    select r.task_id, coalesce(c.to_state, 'pending')::varchar as state, r.owner_id,
      case
        when r.owner_id <> 0 then 'owner_is_gone' when r.wake_at is null then 'never_wakes' else 'nobody_capable'
      end as reason,
      count(*) over () as total
    from tasker_task_runs r
    left join tasker_task_transitions c on c.task_id = r.task_id and c.most_recent
    where ${isOrphan("coalesce(c.to_state, 'pending')", "clock_timestamp()", "$1::int4")} or ${isUnclaimable("$1::int4")}
    order by r.task_id limit 1000`,
  parameters: [int4],
  columns: {
    task_id: int8,
    state: varchar,
    owner_id: int8,
    reason: textOf<Orphan["reason"]>(),
    total: int8,
  },
});

/** A live task that nobody will go on with. */
export interface Orphan {
  readonly taskId: number;
  readonly state: string;
  /**
   * `never_wakes`: it has no owner and no time to wake up at. `owner_is_gone`: its process is gone, and nobody took over.
   * `nobody_capable`: it wants to be claimed, and none of the processes that live has its template registered.
   */
  readonly reason: "never_wakes" | "owner_is_gone" | "nobody_capable";
}

/** How long after the end of a process its tasks may wait to be taken over, in milliseconds. */
const TAKEOVER_MS = 15_000;

/** Whether every live task will go on: a health check, and the figure of a metric. */
export interface OrphanHealth {
  /** True if there are no orphans. */
  readonly healthy: boolean;
  /** How many there are: 0 unless something outside of the engine has changed its tables, or no process knows a template. */
  readonly orphans: number;
  /** The first 1,000 of them. */
  readonly found: readonly Orphan[];
}

/**
 * Counts the live tasks that nobody will go on with. A task that is paused waits for an operator and is none. Reads every run
 * row: once a minute is often enough.
 * @param takeoverMs how long after the end of a process its tasks may wait. Default: 15,000
 */
export async function checkOrphans(connection: Connection, takeoverMs: number = TAKEOVER_MS): Promise<OrphanHealth> {
  const rows = await connection.run(findOrphansStatement, [takeoverMs]);
  const found = rows.map(({ task_id: taskId, state, reason }) => ({ taskId, state, reason }));
  return { healthy: rows.length === 0, orphans: rows[0]?.total ?? 0, found };
}

/** The orphans that {@link checkOrphans} finds. */
export async function findOrphans(
  connection: Connection,
  takeoverMs: number = TAKEOVER_MS,
): Promise<readonly Orphan[]> {
  return (await checkOrphans(connection, takeoverMs)).found;
}
