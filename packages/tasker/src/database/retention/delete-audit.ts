import type { Connection } from "../database.ts";
import { int8, timestamp } from "../sql-type.ts";
import { statement } from "../statement.ts";

/** Deletes the oldest rows of the audit log before $1, at most $2. */
export const deleteAuditStatement = statement({
  name: "retention_delete_audit",
  text: `
    with deleted as (
      delete from tasker_audit_log a where a.id = any(array(
        select x.id from tasker_audit_log x where x.at < $1 order by x.at limit $2
      )) returning 1
    )
    select count(*) as deleted from deleted`,
  parameters: [timestamp, int8],
  columns: { deleted: int8 },
});

/** Counts what {@link deleteAuditStatement} would delete. */
export const countAuditStatement = statement({
  name: "retention_count_audit",
  text: "select count(*) as found from tasker_audit_log x where x.at < $1",
  parameters: [timestamp],
  columns: { found: int8 },
});

/** Deletes the oldest rows of the audit log before an instant, and gives how many. */
export async function deleteAudit(connection: Connection, olderThan: Date, most: number): Promise<number> {
  const [row] = await connection.run(deleteAuditStatement, [olderThan, most]);
  return row?.deleted ?? 0;
}

/** Counts rows of the audit log before an instant. */
export async function countAudit(connection: Connection, olderThan: Date): Promise<number> {
  const [row] = await connection.run(countAuditStatement, [olderThan]);
  return row?.found ?? 0;
}
