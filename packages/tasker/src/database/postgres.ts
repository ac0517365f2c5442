import pg from "pg";
import { type Clock, systemClock } from "../clock/clock.ts";
import { ConfigurationError, DatabaseUnavailableError, NotRunningError } from "../errors/index.ts";
import type { Connection, Database, PoolUsage } from "./database.ts";
import { statementLabel, toDatabaseError } from "./driver-error.ts";
import { nextPlanExpiryMs } from "./plan-expiry.ts";
import { PostgresConnection } from "./postgres-connection.ts";
import { prepareSession } from "./postgres-session.ts";
import type { SqlType } from "./sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "./statement.ts";
import { parserOf } from "./type-parsers.ts";

/** How to use a PostgreSQL server. */
export interface PostgresOptions {
  /** Connections opened at most. Default: 4. */
  readonly connections?: number;
  /** The server is behind a pooler in transaction mode: no named statements, no session settings. Default: false. */
  readonly pooled?: boolean;
  /** Longest time a statement may run, in milliseconds; 0 for no limit. Not applied when `pooled`. Default: 60,000. */
  readonly statementTimeoutMs?: number;
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

interface PlanAge {
  readonly openedAtMs: number;
  expiresAtMs: number;
}

class PostgresDatabase implements Database {
  readonly kind = "postgres";
  readonly parallelism: number;
  readonly #pool: pg.Pool;
  readonly #place: string;
  readonly #clock: Clock;
  readonly #pooled: boolean;
  readonly #idleInTransactionTimeoutMs: number;
  readonly #plans = new WeakMap<pg.ClientBase, PlanAge>();
  #running = 0;
  #whenIdle: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(url: string, options: PostgresOptions) {
    const connectionTimeoutMillis = options.connectTimeoutMs ?? 10_000;
    const statementTimeoutMs = options.statementTimeoutMs ?? 60_000;
    const pooled = options.pooled ?? false;
    this.parallelism = options.connections ?? 4;
    this.#clock = options.clock ?? systemClock;
    this.#pooled = pooled;
    this.#idleInTransactionTimeoutMs = options.idleInTransactionTimeoutMs ?? 5_000;
    this.#place = placeOf(url);
    this.#pool = new pg.Pool({
      connectionString: url,
      max: this.parallelism,
      // kept open: a new connection costs a handshake and every prepared statement
      idleTimeoutMillis: 0,
      keepAlive: true,
      fallback_application_name: "tasker",
      types: { getTypeParser: (oid) => parserOf(oid) },
      // given to the clients only: the pool itself would also apply it to waiting for a connection that is in use
      Client: class extends pg.Client {
        constructor(config?: pg.ClientConfig) {
          super({ ...config, connectionTimeoutMillis });
        }
      },
      onConnect: (client) => prepareSession(client, { place: this.#place, pooled, statementTimeoutMs }),
    });
    // without listeners, a connection that breaks would end the process; whoever uses it next gets the error
    this.#pool.on("error", ignore);
    this.#pool.on("connect", (client) => {
      client.on("error", ignore);
      const openedAtMs = this.#clock.now();
      this.#plans.set(client, { openedAtMs, expiresAtMs: nextPlanExpiryMs(openedAtMs, openedAtMs) });
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
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { size: this.parallelism, busy: totalCount - idleCount, waiting: waitingCount };
  }

  /** It always can: there are other connections. */
  assertWaitCanEnd(): void {}

  transaction<T>(work: (transaction: Connection) => Promise<T>): Promise<T> {
    return this.#borrow("begin", (connection) => connection.transaction(this.#idleInTransactionTimeoutMs, work));
  }

  close(): Promise<void> {
    this.#closing ??= this.#whenAllReturned().then(() => this.#pool.end());
    return this.#closing;
  }

  async #borrow<T>(statement: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new NotRunningError(`The database at ${this.#place} was closed`);
    this.#running += 1;
    try {
      const client = await this.#connect(statement);
      try {
        await this.#discardOldPlans(client);
        const result = await work(new PostgresConnection(client, this.#place, !this.#pooled));
        // what left a transaction open by hand must not pass it on to the next user of the connection
        client.release(client.getTransactionStatus() !== "I");
        return result;
      } catch (error) {
        client.release(error instanceof DatabaseUnavailableError || client.getTransactionStatus() !== "I");
        throw error;
      }
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#whenIdle?.();
    }
  }

  async #connect(statement: string): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw toDatabaseError(error, { place: this.#place, statement: `connect, for ${statement}`, keepCause: true });
    }
  }

  async #discardOldPlans(client: pg.PoolClient): Promise<void> {
    const plans = this.#plans.get(client);
    const nowMs = this.#clock.now();
    if (this.#pooled || plans === undefined || nowMs < plans.expiresAtMs) return;
    plans.expiresAtMs = nextPlanExpiryMs(plans.openedAtMs, nowMs);
    await new PostgresConnection(client, this.#place, true).execute("discard plans");
  }

  /** The pool's own end() forgets the calls that still wait for a connection. */
  #whenAllReturned(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }
}

function ignore(): void {}

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
