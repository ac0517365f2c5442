import { openPostgres } from "../../src/database/postgres.ts";

/**
 * Has a `create index concurrently` fail while it waits for another transaction, so that it leaves its index half built,
 * as the end of a session does.
 * @param table the table that the other transaction writes to
 */
export async function interruptBuild(url: string, table: string, statement: string): Promise<void> {
  const writer = await openPostgres(url, { connections: 1 });
  const builder = await openPostgres(url, { connections: 1, statementTimeoutMs: 100 });
  try {
    await writer.transaction(async (transaction) => {
      await transaction.execute(`lock table ${table} in row exclusive mode`);
      const failure = await builder.execute(statement).then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) throw new Error("the index was built after all");
    });
  } finally {
    await builder.close();
    await writer.close();
  }
}
