import type { Connection } from "../database/database.ts";
import type { SqlType } from "../database/sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "../database/statement.ts";

/**
 * Runs a declared statement that takes lists, without preparing it: it is planned for the lists that it gets. The plan of
 * a prepared one is made for lists of ten and tables as small as they were then, and was measured 50 times slower on
 * 3,000 steps.
 */
export async function runUnprepared<
  const P extends readonly SqlType<unknown>[],
  C extends Readonly<Record<string, SqlType<unknown>>>,
>(connection: Connection, { text }: Statement<P, C>, parameters: ParametersOf<P>): Promise<RowOf<C>[]> {
  // the declared columns of every statement are compared with the schema by a test
  return (await connection.query(text, parameters)) as RowOf<C>[];
}
