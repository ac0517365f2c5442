import type { Connection, Database, TransactionOptions } from "../../database/database.ts";
import type { SqlType } from "../../database/sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "../../database/statement.ts";
import type { SlowStatements } from "./slow-statements.ts";
import type { TroubleLog } from "./trouble-log.ts";

/** The database that an engine works with: it tells a {@link TroubleLog} how each call ended, and {@link SlowStatements} how long it took. */
export class WatchedDatabase implements Database {
  readonly kind: Database["kind"];
  readonly loneConnectionUrl: Database["loneConnectionUrl"];
  readonly parallelism: number;
  readonly poolUsage: Database["poolUsage"];
  readonly assertWaitCanEnd: Database["assertWaitCanEnd"];
  readonly close: Database["close"];
  readonly #database: Database;
  readonly #troubles: TroubleLog;
  readonly #slow: SlowStatements;

  constructor(database: Database, troubles: TroubleLog, slow: SlowStatements) {
    this.#database = database;
    this.#troubles = troubles;
    this.#slow = slow;
    this.kind = database.kind;
    this.loneConnectionUrl = database.loneConnectionUrl;
    this.parallelism = database.parallelism;
    this.poolUsage = () => database.poolUsage();
    this.assertWaitCanEnd = (what) => database.assertWaitCanEnd(what);
    this.close = () => database.close();
  }

  run<const P extends readonly SqlType<unknown>[], const C extends Readonly<Record<string, SqlType<unknown>>>>(
    statement: Statement<P, C>,
    parameters: ParametersOf<P>,
  ): Promise<RowOf<C>[]> {
    return this.#watch(statement.name, this.#database.run(statement, parameters));
  }

  execute(sql: string): Promise<void> {
    return this.#watch("a statement", this.#database.execute(sql));
  }

  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return this.#watch("a query", this.#database.query(sql, parameters));
  }

  transaction<T>(work: (transaction: Connection) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.#watch("a transaction", this.#database.transaction(work, options));
  }

  async #watch<T>(statement: string, call: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await call;
      this.#troubles.succeeded(statement);
      return result;
    } catch (error) {
      this.#troubles.failed(statement, error);
      throw error;
    } finally {
      this.#slow.took(statement, performance.now() - startedAt);
    }
  }
}
