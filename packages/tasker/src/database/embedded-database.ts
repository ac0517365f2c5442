import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import type { Clock } from "../clock/clock.ts";
import { DatabaseStatementError, NotRunningError, ProceduralError } from "../errors/index.ts";
import { CallQueue } from "./call-queue.ts";
import type { Connection, Database } from "./database.ts";
import { statementLabel, toDatabaseError } from "./driver-error.ts";
import { encodeParameter } from "./parameter-text.ts";
import { PgliteSession } from "./pglite-session.ts";
import { nextPlanExpiryMs } from "./plan-expiry.ts";
import type { SqlType } from "./sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "./statement.ts";

/** Where an embedded database stands. */
export interface Surroundings {
  /** Where the database is, for messages. */
  readonly place: string;
  readonly clock: Clock;
  /** Gives the directory up. */
  readonly release: () => void;
}

/** Opens PGlite in a directory, or in memory if there is none; a new database begins with the files of the image. */
export async function openPglite(
  dataDir: string | undefined,
  image: Blob | null,
  surroundings: Surroundings,
): Promise<Database> {
  try {
    const pglite = await PGlite.create({
      ...(dataDir === undefined ? {} : { dataDir }),
      ...(image === null ? {} : { loadDataDir: image }),
    });
    await pglite.exec("set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set jit = off");
    return new EmbeddedDatabase(new PgliteSession(pglite), surroundings);
  } catch (error) {
    throw toDatabaseError(error, { place: surroundings.place, statement: "open", keepCause: false, mayStand: false });
  }
}

/** What runs statements on the one connection, for the database and for its transactions. */
type Send = <R>(statement: string, call: (session: PgliteSession) => Promise<R>) => Promise<R>;

class EmbeddedConnection implements Connection {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  async run<const P extends readonly SqlType<unknown>[], const C extends Readonly<Record<string, SqlType<unknown>>>>(
    statement: Statement<P, C>,
    parameters: ParametersOf<P>,
  ): Promise<RowOf<C>[]> {
    const values = parameters.map(encodeParameter);
    return this.#send(statement.name, (session) => session.run<RowOf<C>>(statement.name, statement.text, values));
  }

  async execute(sql: string): Promise<void> {
    await this.#send(statementLabel(sql), (session) => session.execute(sql));
  }

  async query(sql: string, parameters: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const values = parameters.map(encodeParameter);
    return this.#send(statementLabel(sql), (session) => session.run("", sql, values));
  }
}

/** After so many milliseconds of statements the rest of the process gets its turn. */
const LONGEST_WITHOUT_PAUSE_MS = 10;

/** A transaction while it is open; what runs inside it carries it in its async context. */
interface OpenTransaction {
  open: boolean;
}

class EmbeddedDatabase extends EmbeddedConnection implements Database {
  readonly kind = "embedded";
  readonly loneConnectionUrl = null;
  readonly parallelism = 1;
  readonly #session: PgliteSession;
  readonly #surroundings: Surroundings;
  readonly #openedAtMs: number;
  #plansExpireAtMs: number;
  readonly #queue: CallQueue;
  #pausedAtMs = performance.now();
  readonly #current = new AsyncLocalStorage<OpenTransaction>();
  #closing: Promise<void> | undefined;

  constructor(session: PgliteSession, surroundings: Surroundings) {
    super((statement, call) => this.#enqueue(statement, () => this.#attempt(statement, call)));
    this.#session = session;
    this.#surroundings = surroundings;
    this.#openedAtMs = surroundings.clock.now();
    this.#plansExpireAtMs = nextPlanExpiryMs(this.#openedAtMs, this.#openedAtMs);
    this.#queue = new CallQueue();
  }

  /** No statement has a limit here. */
  transaction<T>(work: (transaction: Connection) => Promise<T>): Promise<T> {
    return this.#enqueue("begin", () => this.#transact(work));
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.add(async () => {
      try {
        await this.#session.close();
      } finally {
        this.#surroundings.release();
      }
    });
    return this.#closing;
  }

  poolUsage(): null {
    return null;
  }

  assertWaitCanEnd(what: string): void {
    if (this.#current.getStore()?.open !== true) return;
    throw new ProceduralError(
      `"${what}" was sent to the embedded database from inside its own open transaction. It has one ` +
        "connection, so this would wait for ever; use the transaction's connection",
      { context: { statement: what } },
    );
  }

  /** Waits for the connection. Inside an open transaction of this database that would be for ever. */
  #enqueue<T>(statement: string, call: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new NotRunningError(`The database at ${this.#surroundings.place} was closed`));
    }
    try {
      this.assertWaitCanEnd(statement);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#queue.add(async () => {
      await this.#pause();
      await this.#discardOldPlans();
      return call();
    });
  }

  /** Statements wait for nothing but each other: without a pause now and then neither timers nor connections of the process get on. */
  async #pause(): Promise<void> {
    if (performance.now() - this.#pausedAtMs < LONGEST_WITHOUT_PAUSE_MS) return;
    await setImmediate();
    this.#pausedAtMs = performance.now();
  }

  async #discardOldPlans(): Promise<void> {
    const nowMs = this.#surroundings.clock.now();
    if (nowMs < this.#plansExpireAtMs) return;
    this.#plansExpireAtMs = nextPlanExpiryMs(this.#openedAtMs, nowMs);
    await this.#attempt("discard plans", (session) => session.execute("discard plans"));
  }

  async #transact<T>(work: (transaction: Connection) => Promise<T>): Promise<T> {
    const state: OpenTransaction = { open: true };
    const calls = new CallQueue();
    const transaction = new EmbeddedConnection((statement, call) => {
      if (state.open) return calls.add(() => this.#attempt(statement, call));
      return Promise.reject(
        new ProceduralError(`"${statement}" was sent to a transaction that has ended`, { context: { statement } }),
      );
    });
    const control = (sql: string) => this.#attempt(sql, (session) => session.execute(sql));

    await control("begin isolation level read committed");
    let result: T;
    try {
      result = await this.#current.run(state, () => work(transaction));
    } catch (error) {
      state.open = false;
      await calls.whenIdle();
      // the error of the work is what the caller must see
      await control("rollback").catch(() => undefined);
      throw error;
    }
    state.open = false;
    await calls.whenIdle();
    const [end] = await control("commit");
    if (end === "ROLLBACK") {
      throw new DatabaseStatementError(
        "The transaction was rolled back, not committed: one of its statements had failed and its error was not passed on",
        { context: { sqlstate: "25P02", statement: "commit" } },
      );
    }
    return result;
  }

  async #attempt<R>(statement: string, call: (session: PgliteSession) => Promise<R>): Promise<R> {
    try {
      return await call(this.#session);
    } catch (error) {
      throw toDatabaseError(error, { place: this.#surroundings.place, statement, keepCause: false, mayStand: false });
    }
  }
}
