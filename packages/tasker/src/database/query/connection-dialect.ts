import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import { ProceduralError } from "../../errors/index.ts";
import type { Connection } from "../database.ts";

/**
 * Kysely's view of one of our connections: it builds the SQL, we run it, with our parsers, errors and plans.
 * Transactions are those of `Database.transaction`: a builder made for a transaction's connection runs inside it.
 */
export function connectionDialect(connection: Connection): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new ConnectionDriver(connection),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class ConnectionDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(connection: Connection) {
    this.#connection = {
      async executeQuery<R>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
        const rows = await connection.query(sql, parameters);
        // the types of the columns are declared in tables.ts, which a test compares with the schema
        return { rows: rows as R[] } satisfies QueryResult<R>;
      },
      streamQuery() {
        throw new ProceduralError("streaming is not offered: read pages by key, with `where` and `limit`");
      },
    };
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  beginTransaction(): Promise<void> {
    return refuseTransaction();
  }

  commitTransaction(): Promise<void> {
    return refuseTransaction();
  }

  rollbackTransaction(): Promise<void> {
    return refuseTransaction();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

function refuseTransaction(): Promise<never> {
  return Promise.reject(
    new ProceduralError("begin a transaction with `database.transaction(...)` and build queries for its connection"),
  );
}
