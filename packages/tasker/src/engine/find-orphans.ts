import type { Connection } from "../database/database.ts";
import { int4, int8, textOf, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";

/**
 * The tasks of engines that nobody will go on with: live, not paused, and neither owned by a process that lives nor with a
 * time at which they want to be claimed. A process that is gone counts as living for `$1` milliseconds more, in which
 * another one takes its tasks over.
 */
export const findOrphansStatement = statement({
  name: "find_orphans",
  text: `
    select r.task_id, coalesce(c.to_state, 'pending')::varchar as state, r.owner_id,
      case when r.owner_id = 0 then 'never_wakes' else 'owner_is_gone' end as reason
    from tasker_task_runs r
    left join tasker_task_transitions c on c.task_id = r.task_id and c.most_recent
    where coalesce(c.to_state, 'pending') in ('pending', 'in_progress')
      and not (r.paused and r.owner_id = 0)
      and (r.wake_at is null or r.owner_id <> 0)
      and not exists (
        select from tasker_processes p where p.process_id = r.owner_id and r.wake_at is not null
          and coalesce(p.stopped_at, p.expires_at) >
            clock_timestamp() at time zone 'UTC' - $1::int4 * interval '1 millisecond'
      )
    order by r.task_id limit 1000`,
  parameters: [int4],
  columns: {
    task_id: int8,
    state: varchar,
    owner_id: int8,
    reason: textOf<"never_wakes" | "owner_is_gone">(),
  },
});

/** A live task that nobody will go on with. */
export interface Orphan {
  readonly taskId: number;
  readonly state: string;
  /** `never_wakes`: it has no owner and no time to wake up at. `owner_is_gone`: its process is gone, and nobody took over. */
  readonly reason: "never_wakes" | "owner_is_gone";
}

/** How long after the end of a process its tasks may wait to be taken over, in milliseconds. */
const TAKEOVER_MS = 15_000;

/**
 * Finds up to 1,000 live tasks that nobody will go on with. There are none unless something outside of the engine has
 * changed its tables. A task that is paused waits for an operator and is none. Reads every run row.
 * @param takeoverMs how long after the end of a process its tasks may wait. Default: 15,000
 */
export async function findOrphans(connection: Connection, takeoverMs: number = TAKEOVER_MS): Promise<Orphan[]> {
  const rows = await connection.run(findOrphansStatement, [takeoverMs]);
  return rows.map(({ task_id: taskId, state, reason }) => ({ taskId, state, reason }));
}
