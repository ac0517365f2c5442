import type { Connection } from "../database.ts";
import { int8, timestamp } from "../sql-type.ts";
import { statement } from "../statement.ts";

/** Deletes the oldest recorded attempts of webhooks before $1, at most $2. */
export const deleteDeliveriesStatement = statement({
  name: "retention_delete_deliveries",
  text: `
    with deleted as (
      delete from tasker_webhook_deliveries d where d.delivery_id = any(array(
        select x.delivery_id from tasker_webhook_deliveries x where x.attempted_at < $1
        order by x.attempted_at limit $2
      )) returning 1
    )
    select count(*) as deleted from deleted`,
  parameters: [timestamp, int8],
  columns: { deleted: int8 },
});

/** Counts what {@link deleteDeliveriesStatement} would delete. */
export const countDeliveriesStatement = statement({
  name: "retention_count_deliveries",
  text: "select count(*) as found from tasker_webhook_deliveries x where x.attempted_at < $1",
  parameters: [timestamp],
  columns: { found: int8 },
});

/** Deletes the oldest recorded attempts before an instant, and gives how many. */
export async function deleteDeliveries(connection: Connection, olderThan: Date, most: number): Promise<number> {
  const [row] = await connection.run(deleteDeliveriesStatement, [olderThan, most]);
  return row?.deleted ?? 0;
}

/** Counts recorded attempts before an instant. */
export async function countDeliveries(connection: Connection, olderThan: Date): Promise<number> {
  const [row] = await connection.run(countDeliveriesStatement, [olderThan]);
  return row?.found ?? 0;
}
