import { findHintChannel } from "../../database/hints/hint.ts";
import { LoneConnection } from "../../database/lone-connection.ts";
import type { SqlType } from "../../database/sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "../../database/statement.ts";
import type { LineListener } from "./heartbeat.ts";
import { takeGuard } from "./heartbeat-statements.ts";
import { isServerDown } from "./is-server-down.ts";
import { monotonicMs } from "./monotonic-time.ts";
import type { PacemakerConnection } from "./pacemaker.ts";
import type { VitalSigns } from "./vital-signs.ts";

/** Part of the lease, and bounds in milliseconds, for the answer to a statement: a connection that is silent longer is cut. */
const ANSWER_SHARE = 0.3;
const SHORTEST_ANSWER_MS = 1_000;
const LONGEST_ANSWER_MS = 10_000;
/** Part of the lease for which a process that has lost its guard still counts on it: others wait a little longer. */
const UNGUARDED_LEASE_SHARE = 0.2;
/** Code with which a standby refuses LISTEN, until it is promoted. */
const IN_RECOVERY = "25006";

/**
 * The connection of a heartbeat: opened when it is needed, and anew after each failure. Where it leads to a server process of
 * its own it listens to hints and holds a lock by which others see that this process is there: the lock goes with the process.
 */
export class HeartbeatLine implements PacemakerConnection {
  readonly #url: string;
  readonly #leaseMs: number;
  readonly #signs: VitalSigns;
  readonly #listener: LineListener;
  #connection: LoneConnection | null = null;
  /** The process whose lock was taken last, and the connection that took it. */
  #guarded = 0;
  #guardedBy: LoneConnection | null = null;

  constructor(url: string, leaseMs: number, signs: VitalSigns, listener: LineListener) {
    this.#url = url;
    this.#leaseMs = leaseMs;
    this.#signs = signs;
    this.#listener = listener;
  }

  async run<const P extends readonly SqlType<unknown>[], const C extends Readonly<Record<string, SqlType<unknown>>>>(
    statement: Statement<P, C>,
    parameters: ParametersOf<P>,
  ): Promise<RowOf<C>[]> {
    const connection = await this.#connect();
    try {
      return await connection.run(statement, parameters);
    } catch (error) {
      this.#lose(isServerDown(error));
      throw error;
    }
  }

  async guard(processId: number): Promise<boolean> {
    const connection = await this.#connect();
    // Behind a pooler, the lock would be that of whoever gets the server's process next.
    if (!connection.isDirect) return false;
    if (connection === this.#guardedBy && processId === this.#guarded) return true;
    const [row] = await this.run(takeGuard, [processId]);
    if (row?.taken !== true) return false;
    this.#guarded = processId;
    this.#guardedBy = connection;
    return true;
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }

  async #connect(): Promise<LoneConnection> {
    if (this.#connection !== null) return this.#connection;
    try {
      this.#connection = await this.#open();
      return this.#connection;
    } catch (error) {
      this.#lose(isServerDown(error));
      throw error;
    }
  }

  async #open(): Promise<LoneConnection> {
    const share = this.#leaseMs * ANSWER_SHARE;
    const connection = await LoneConnection.open(this.#url, {
      answerTimeoutMs: Math.min(Math.max(share, SHORTEST_ANSWER_MS), LONGEST_ANSWER_MS),
      onNotification: (payload) => this.#listener.onHint(payload),
      onLost: () => {
        if (connection === this.#connection) this.#lose(false);
      },
    });
    try {
      if (connection.isDirect) this.#listener.onListening(await listen(connection));
      return connection;
    } catch (error) {
      void connection.close();
      throw error;
    }
  }

  /**
   * The lock is free from now on, and may be found so. While the server is down nobody can find it: then the time that is left
   * begins when the server is back.
   */
  #lose(isServerDown: boolean): void {
    const connection = this.#connection;
    if (this.#guardedBy !== null && (connection === this.#guardedBy || isServerDown)) {
      this.#signs.loseGuard(monotonicMs() + this.#leaseMs * UNGUARDED_LEASE_SHARE);
    }
    if (connection === null) return;
    this.#connection = null;
    void connection.close();
    this.#listener.onListening(false);
  }
}

/** Listens to hints; gives whether they arrive from now on. */
async function listen(connection: LoneConnection): Promise<boolean> {
  const [row] = await connection.run(findHintChannel, []);
  if (row === undefined) return false;
  try {
    await connection.listen(row.channel);
    return true;
  } catch (error) {
    if (typeof error === "object" && error !== null && Reflect.get(error, "code") === IN_RECOVERY) return false;
    throw error;
  }
}
