import type { Connection } from "../database.ts";
import { int8, timestamp } from "../sql-type.ts";
import { statement } from "../statement.ts";

/** Those that a run may delete: read by every durable subscriber, written before $1, of no task. */
const LOOSE = `
      from tasker_events e
      where e.task_id is null and e.created_at < $1::timestamp and e.id < (
        select coalesce(min(s.next_event_id), 9223372036854775807) from tasker_event_subscribers s
        where not coalesce(s.is_temporary and s.lease_until < clock_timestamp() at time zone 'UTC' - interval '1 minute', false)
      )`;

/** Deletes stored events of no task, $2 at most, the oldest first. Locks are not waited for. */
export const deleteLooseEvents = statement({
  name: "retention_delete_loose_events",
  text: `
    with old as materialized (
      select e.id${LOOSE}
      order by e.created_at limit $2 for update skip locked
    ), gone as (
      delete from tasker_events e using old o where e.id = o.id returning 1
    )
    select count(*) as events from gone`,
  parameters: [timestamp, int8],
  columns: { events: int8 },
});

/** Counts what {@link deleteLooseEvents} would delete. */
export const countLooseEvents = statement({
  name: "retention_count_loose_events",
  text: `select count(*) as events${LOOSE}`,
  parameters: [timestamp],
  columns: { events: int8 },
});

/** Deletes a batch of stored events of no task; gives how many there were. */
export async function deleteLoose(connection: Connection, olderThan: Date, most: number): Promise<number> {
  const [row] = await connection.run(deleteLooseEvents, [olderThan, most]);
  return row?.events ?? 0;
}

/** Counts the stored events of no task that would be deleted. */
export async function countLoose(connection: Connection, olderThan: Date): Promise<number> {
  const [row] = await connection.run(countLooseEvents, [olderThan]);
  return row?.events ?? 0;
}
