import type { Connection } from "../../src/database/database.ts";

/** Resolves when another session of this database waits for a lock, or when what is to wait has ended without. */
export async function untilBlocked(connection: Connection, waiting: Promise<unknown>): Promise<void> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  waiting.then(end, end);
  const blocked = async () => {
    const rows = await connection.query(
      "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    return rows.length > 0;
  };
  while (!ended && !(await blocked()));
}
