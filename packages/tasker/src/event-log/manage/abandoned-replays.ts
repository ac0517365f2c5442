import type { Connection } from "../../database/database.ts";
import { int4 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/** Deletes the subscribers of replays that nobody has run for a minute, with what was kept for them. Locks are not waited for. */
export const deleteAbandonedReplays = statement({
  name: "event_replays_abandoned",
  text: `
    with abandoned as materialized (
      select s.subscriber_id from tasker_event_subscribers s
      where s.is_temporary and s.lease_until < clock_timestamp() at time zone 'UTC' - interval '1 minute'
      for update skip locked
    )
    delete from tasker_event_subscribers s using abandoned a where s.subscriber_id = a.subscriber_id
    returning s.subscriber_id`,
  parameters: [],
  columns: { subscriber_id: int4 },
});

/** Forgets the replays whose processes were killed. Called by whoever runs a subscriber; pruning does not heed them either. */
export async function dropAbandonedReplays(connection: Connection): Promise<void> {
  await connection.run(deleteAbandonedReplays, []);
}
