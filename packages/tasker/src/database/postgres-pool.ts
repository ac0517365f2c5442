import { Socket } from "node:net";
import pg from "pg";
import type { Clock } from "../clock/clock.ts";
import type { PoolUsage } from "./database.ts";
import { toDatabaseError } from "./driver-error.ts";
import { isConnectionOutdated } from "./failure-kind.ts";
import { nextPlanExpiryMs } from "./plan-expiry.ts";
import { PostgresConnection } from "./postgres-connection.ts";
import { prepareSession, type Session } from "./postgres-session.ts";
import { parserOf } from "./type-parsers.ts";

/** What a pool is made of; see `PostgresOptions`. */
export interface PoolSettings {
  readonly url: string;
  /** Where the server is, for messages. */
  readonly place: string;
  readonly size: number;
  /** Null: to be found out. */
  readonly pooled: boolean | null;
  readonly statementTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly acquireTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
}

/** Time before the first sign of life that is asked of a silent peer, in milliseconds; the system then asks ten times. */
const KEEP_ALIVE_DELAY_MS = 10_000;
/** How long connections may take to close, in milliseconds; then they are cut. */
const CLOSE_MS = 5_000;

/** A connection of the pool, and how old its plans are. */
interface PooledClient extends Session {
  readonly openedAtMs: number;
  plansExpireAtMs: number;
}

/** The connections to a server: each is prepared when it is opened, and thrown away when it is of no more use. */
export class PostgresPool {
  readonly #settings: PoolSettings;
  readonly #pool: pg.Pool;
  readonly #clients = new WeakMap<pg.ClientBase, PooledClient>();
  readonly #sockets = new Set<Socket>();

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    const { connectTimeoutMs } = settings;
    const stream = () => this.#openSocket();
    this.#pool = new pg.Pool({
      connectionString: settings.url,
      max: settings.size,
      // kept open: a new connection costs a handshake and every prepared statement
      idleTimeoutMillis: 0,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
      fallback_application_name: "tasker",
      query_timeout: settings.answerTimeoutMs,
      types: { getTypeParser: (oid) => parserOf(oid) },
      // of the pool, it bounds the wait for a connection that is in use; a client has its own for connecting
      connectionTimeoutMillis: settings.acquireTimeoutMs,
      Client: class extends pg.Client {
        constructor(config?: pg.ClientConfig) {
          super({ ...config, connectionTimeoutMillis: connectTimeoutMs, stream });
        }
      },
      onConnect: (client) => this.#prepare(client),
    });
    // without listeners, a connection that breaks would end the process; whoever uses it next gets the error
    this.#pool.on("error", ignore);
    this.#pool.on("connect", (client) => client.on("error", ignore));
  }

  /** Gives `work` a connection for itself. `statement` names what it is for, in errors. */
  async use<T>(statement: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const client = await this.#connect(statement);
    try {
      await this.#discardOldPlans(client);
      const named = this.#clients.get(client)?.pooled === false;
      const result = await work(new PostgresConnection(client, this.#settings.place, named));
      // what left a transaction open by hand must not pass it on to the next user of the connection
      client.release(client.getTransactionStatus() !== "I");
      return result;
    } catch (error) {
      client.release(isConnectionOutdated(error) || client.getTransactionStatus() !== "I");
      throw error;
    }
  }

  usage(): PoolUsage {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { size: this.#settings.size, busy: totalCount - idleCount, waiting: waitingCount };
  }

  /** Closes all connections, which nobody uses any more. A server that does not answer must not keep the process. */
  async end(): Promise<void> {
    const cut = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, CLOSE_MS);
    await this.#pool.end();
    clearTimeout(cut);
  }

  async #prepare(client: pg.ClientBase): Promise<void> {
    const { place, pooled, statementTimeoutMs, connectTimeoutMs, clock } = this.#settings;
    const openedAtMs = clock.now();
    const session = await prepareSession(client, {
      place,
      pooled,
      statementTimeoutMs,
      answerTimeoutMs: connectTimeoutMs,
    });
    this.#clients.set(client, {
      ...session,
      openedAtMs,
      plansExpireAtMs: nextPlanExpiryMs(openedAtMs, openedAtMs),
    });
  }

  #openSocket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return socket;
  }

  async #connect(statement: string): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw toDatabaseError(isAcquireTimeout(error) ? this.#describeUse() : error, {
        place: this.#settings.place,
        statement: `connect, for ${statement}`,
        keepCause: true,
        mayStand: false,
      });
    }
  }

  #describeUse(): Error {
    const { size, waiting } = this.usage();
    const waited = `no connection became free within ${this.#settings.acquireTimeoutMs} ms`;
    return new Error(`${waited}: all ${size} are in use, and ${waiting} other calls wait for one`);
  }

  async #discardOldPlans(client: pg.PoolClient): Promise<void> {
    const known = this.#clients.get(client);
    const nowMs = this.#settings.clock.now();
    if (known === undefined || known.pooled || nowMs < known.plansExpireAtMs) return;
    known.plansExpireAtMs = nextPlanExpiryMs(known.openedAtMs, nowMs);
    // When it fails, the statement that it makes way for was not sent.
    await new PostgresConnection(client, this.#settings.place, true, { inTransaction: true }).execute("discard plans");
  }
}

function ignore(): void {}

/** Whether the pool gave up waiting for a connection to become free. */
function isAcquireTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === "timeout exceeded when trying to connect";
}
