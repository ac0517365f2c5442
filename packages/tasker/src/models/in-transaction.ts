import type { Connection, Database } from "../database/database.ts";

/**
 * Runs `work` in a transaction: in one of its own where a database is given, in the caller's where the connection of an
 * open transaction is given. Locks that `work` takes last until that transaction ends.
 */
export function inTransaction<T>(connection: Connection, work: (transaction: Connection) => Promise<T>): Promise<T> {
  return isDatabase(connection) ? connection.transaction(work) : work(connection);
}

function isDatabase(connection: Connection): connection is Database {
  return "kind" in connection;
}
