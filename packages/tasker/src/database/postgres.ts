import pg from "pg";
import { type Clock, systemClock } from "../clock/clock.ts";
import { ConfigurationError, NotRunningError } from "../errors/index.ts";
import type { Connection, Database, PoolUsage, TransactionOptions } from "./database.ts";
import { statementLabel } from "./driver-error.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { PostgresPool } from "./postgres-pool.ts";
import type { SqlType } from "./sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "./statement.ts";

/** How to use a PostgreSQL server. */
export interface PostgresOptions {
  /** Connections opened at most. Default: 4. */
  readonly connections?: number;
  /**
   * Whether a pooler such as PgBouncer stands in between that gives each transaction another connection of the server: then no
   * statement is prepared under a name, and nothing is set for the session. Default: found out at each new connection; a pooler
   * that gives a client one connection for good counts as one, too.
   */
  readonly pooled?: boolean;
  /**
   * URL of the same database that leads past the pooler: an engine opens one connection by it, for heartbeats and hints. Default:
   * the same URL; behind a pooler no hints arrive then, and work is found by looking for it.
   */
  readonly directUrl?: string;
  /** Longest time a statement may run, in milliseconds; 0 for no limit. Not applied when `pooled`. Default: 60,000. */
  readonly statementTimeoutMs?: number;
  /**
   * Longest wait for the answer to a statement, in milliseconds, 0 for no limit; then its connection is given up. For networks
   * that fall silent. Default: 5,000 more than `statementTimeoutMs`, without a limit if that has none.
   */
  readonly answerTimeoutMs?: number;
  /** Longest wait for a connection while all are in use, in milliseconds. Default: 60,000. */
  readonly acquireTimeoutMs?: number;
  /** Longest silence inside an open transaction before the server ends it, in milliseconds. Default: 5,000. */
  readonly idleInTransactionTimeoutMs?: number;
  /** Longest time that connecting may take, in milliseconds. Default: 10,000. */
  readonly connectTimeoutMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/**
 * Opens a PostgreSQL database and makes a first connection, so that a wrong address shows here.
 * @param url connection URL, such as `postgres://user:password@host:5432/database`
 * @throws ConfigurationError if the URL cannot be read, or the server is not one that Tasker works with
 * @throws DatabaseUnavailableError if the server cannot be reached
 * @throws DatabaseStatementError if the server refuses the user or does not have the database
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  const database = new PostgresDatabase(url, options);
  try {
    await database.query("select 1");
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

class PostgresDatabase implements Database {
  readonly kind = "postgres";
  readonly loneConnectionUrl: string;
  readonly parallelism: number;
  readonly #pool: PostgresPool;
  readonly #place: string;
  readonly #idleInTransactionTimeoutMs: number;
  #running = 0;
  #whenIdle: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(url: string, options: PostgresOptions) {
    this.loneConnectionUrl = options.directUrl ?? url;
    this.parallelism = options.connections ?? 4;
    this.#place = placeOf(url);
    this.#idleInTransactionTimeoutMs = options.idleInTransactionTimeoutMs ?? 5_000;
    const statementTimeoutMs = options.statementTimeoutMs ?? 60_000;
    const defaultAnswerMs = statementTimeoutMs === 0 ? 0 : statementTimeoutMs + 5_000;
    this.#pool = new PostgresPool({
      url,
      place: this.#place,
      size: this.parallelism,
      pooled: options.pooled ?? null,
      statementTimeoutMs,
      answerTimeoutMs: options.answerTimeoutMs ?? defaultAnswerMs,
      acquireTimeoutMs: options.acquireTimeoutMs ?? 60_000,
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      clock: options.clock ?? systemClock,
    });
  }

  run<const P extends readonly SqlType<unknown>[], const C extends Readonly<Record<string, SqlType<unknown>>>>(
    statement: Statement<P, C>,
    parameters: ParametersOf<P>,
  ): Promise<RowOf<C>[]> {
    return this.#borrow(statement.name, (connection) => connection.run(statement, parameters));
  }

  execute(sql: string): Promise<void> {
    return this.#borrow(statementLabel(sql), (connection) => connection.execute(sql));
  }

  query(sql: string, parameters: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.#borrow(statementLabel(sql), (connection) => connection.query(sql, parameters));
  }

  poolUsage(): PoolUsage {
    return this.#pool.usage();
  }

  /** It always can: there are other connections. */
  assertWaitCanEnd(): void {}

  transaction<T>(work: (transaction: Connection) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const usual = this.#idleInTransactionTimeoutMs;
    // 0 is no limit.
    const idleTimeoutMs = usual === 0 ? 0 : Math.max(usual, options.idleTimeoutMs ?? 0);
    return this.#borrow("begin", (connection) => connection.transaction({ ...options, idleTimeoutMs }, work));
  }

  close(): Promise<void> {
    this.#closing ??= this.#whenAllReturned().then(() => this.#pool.end());
    return this.#closing;
  }

  async #borrow<T>(statement: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new NotRunningError(`The database at ${this.#place} was closed`);
    this.#running += 1;
    try {
      return await this.#pool.use(statement, work);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#whenIdle?.();
    }
  }

  /** The pool's own end() forgets the calls that still wait for a connection. */
  #whenAllReturned(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }
}

/** Where a URL points, as the driver understands it; without user, password and options. */
function placeOf(url: string): string {
  try {
    const { host, port, database } = new pg.Client({ connectionString: url });
    return `${host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`}/${database ?? ""}`;
  } catch {
    // no cause and no value: the URL holds a password
    throw new ConfigurationError(
      "The database URL cannot be read; expected postgres://user:password@host:port/database",
      {
        context: { field: "database url", expected: "postgres://user:password@host:port/database" },
      },
    );
  }
}
