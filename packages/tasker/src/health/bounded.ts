import type { Connection, Database } from "../database/database.ts";
import { text } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";

/** Ends the statements of a transaction on the server after so much time. */
export const boundStatements = statement({
  name: "health_bound_statements",
  text: "select set_config('statement_timeout', $1, true) as bound",
  parameters: [text],
  columns: { bound: text },
});

/** Asks a database something within a time. */
export type Ask = <T>(question: (connection: Connection) => Promise<T>) => Promise<T>;

/**
 * Runs statements of which each ends on the server after a time, so that what nobody waits for any more does not hold a connection. The
 * embedded database knows no such bound.
 */
export async function bounded<T>(
  database: Database,
  boundMs: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  if (database.kind === "embedded") return work(database);
  return database.transaction(async (transaction) => {
    await transaction.run(boundStatements, [`${Math.max(1, Math.ceil(boundMs))}ms`]);
    return work(transaction);
  });
}
