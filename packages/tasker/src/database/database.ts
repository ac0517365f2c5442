import type { SqlType } from "./sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "./statement.ts";

/** Something that runs statements: a database, or one transaction of it. */
export interface Connection {
  /**
   * Runs a declared statement and gives its rows.
   * @throws DatabaseUnavailableError if the database cannot be reached
   * @throws DatabaseStatementError if it refuses the statement
   */
  run<const P extends readonly SqlType<unknown>[], C extends Readonly<Record<string, SqlType<unknown>>>>(
    statement: Statement<P, C>,
    parameters: ParametersOf<P>,
  ): Promise<RowOf<C>[]>;
  /** Runs SQL text of any number of statements, without parameters; rows are thrown away. For migrations and tests. */
  execute(sql: string): Promise<void>;
  /** Runs SQL text with parameters and gives its rows unchecked. For tests and one-off questions. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** Use of a pool of connections at a moment, or on average over a time. */
export interface PoolUsage {
  /** Connections that there may be at most. */
  readonly size: number;
  /** Connections in use. */
  readonly busy: number;
  /** Calls that wait for a connection. */
  readonly waiting: number;
}

/** Options of a transaction. */
export interface TransactionOptions {
  /** Lets its statements take any time: neither the server nor the client ends them. Default: false. */
  readonly unlimited?: boolean;
  /**
   * Longest silence inside it before the server ends it, in milliseconds, where that is more than the database's own limit. The
   * embedded database has none. Default: the database's.
   */
  readonly idleTimeoutMs?: number;
}

/** A database: PostgreSQL through a pool, or the embedded one. */
export interface Database extends Connection {
  readonly kind: "postgres" | "embedded";
  /** Where connections beside the pool can be opened, with the password; null for the embedded database. */
  readonly loneConnectionUrl: string | null;
  /** How many statements it can run at the same time: 1 for the embedded database. */
  readonly parallelism: number;
  /** How its connections are used at this moment; null for the embedded database, which has one that is busy or not. */
  poolUsage(): PoolUsage | null;
  /**
   * Checks that waiting here for something that others write can end. Inside an open transaction of the embedded database
   * it cannot: the transaction holds the one connection that they need.
   * @param what what is to be waited for, for the message
   * @throws ProceduralError if it cannot
   */
  assertWaitCanEnd(what: string): void;
  /** Runs `work` in one READ COMMITTED transaction: commits when it resolves, rolls back when it throws. */
  transaction<T>(work: (transaction: Connection) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Waits for running statements and closes every connection. Safe to call twice. */
  close(): Promise<void>;
}
