import { AsyncLocalStorage } from "node:async_hooks";
import { join, resolve } from "node:path";
import { type ParserOptions, PGlite, type Results, type SerializerOptions } from "@electric-sql/pglite";
import { DatabaseStatementError, NotRunningError, ProceduralError } from "../errors/index.ts";
import { CallQueue } from "./call-queue.ts";
import type { Connection, Database } from "./database.ts";
import { lockDirectory } from "./directory-lock.ts";
import { statementLabel, toDatabaseError } from "./driver-error.ts";
import { encodeParameter } from "./parameter-text.ts";
import type { SqlType } from "./sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "./statement.ts";
import { parserOf } from "./type-parsers.ts";

/**
 * Opens the embedded database: PostgreSQL in this process, with one connection. For development, demonstrations and
 * small single-process use: it survives the end of the process in any way, but not a power cut.
 * @param directory where it lives (created where needed; only one process may have it open), or null for memory
 * @throws DatabaseInUseError if another process has the directory open
 * @throws DatabaseUnavailableError if the directory cannot be used
 */
export async function openEmbedded(directory: string | null): Promise<Database> {
  if (directory === null) return openPglite(undefined, "memory", () => undefined);
  const absolute = resolve(directory);
  const lock = lockDirectory(absolute);
  try {
    return await openPglite(join(absolute, "data"), absolute, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openPglite(dataDir: string | undefined, place: string, release: () => void): Promise<Database> {
  try {
    const pglite = await PGlite.create({ ...(dataDir === undefined ? {} : { dataDir }), relaxedDurability: false });
    await pglite.exec("set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set jit = off");
    return new EmbeddedDatabase(pglite, place, await readTextCodec(pglite), release);
  } catch (error) {
    throw toDatabaseError(error, { place, statement: "open", keepCause: false });
  }
}

/** PGlite converts by type; these maps make it take our texts as they are and read values as every driver does. */
interface TextCodec {
  readonly serializers: SerializerOptions;
  readonly parsers: ParserOptions;
}

async function readTextCodec(pglite: PGlite): Promise<TextCodec> {
  const { rows } = await pglite.query<{ oid: number }>("select oid from pg_catalog.pg_type");
  const oids = rows.map((row) => row.oid);
  return {
    serializers: Object.fromEntries(oids.map((oid) => [oid, (text: string) => text])),
    parsers: Object.fromEntries(oids.map((oid) => [oid, parserOf(oid)])),
  };
}

/** What runs statements on the one connection, for the database and for its transactions. */
type Send = <R>(statement: string, call: (pglite: PGlite) => Promise<R>) => Promise<R>;

class EmbeddedConnection implements Connection {
  readonly #send: Send;
  readonly #codec: TextCodec;

  constructor(send: Send, codec: TextCodec) {
    this.#send = send;
    this.#codec = codec;
  }

  async run<const P extends readonly SqlType<unknown>[], const C extends Readonly<Record<string, SqlType<unknown>>>>(
    statement: Statement<P, C>,
    parameters: ParametersOf<P>,
  ): Promise<RowOf<C>[]> {
    const values = parameters.map(encodeParameter);
    const { rows } = await this.#send(statement.name, (pglite) =>
      pglite.query<RowOf<C>>(statement.text, values, this.#codec),
    );
    return rows;
  }

  async execute(sql: string): Promise<void> {
    await this.#send(statementLabel(sql), (pglite) => pglite.exec(sql));
  }

  async query(sql: string, parameters: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const values = parameters.map(encodeParameter);
    const { rows } = await this.#send(
      statementLabel(sql),
      (pglite): Promise<Results<Record<string, unknown>>> => pglite.query(sql, values, this.#codec),
    );
    return rows;
  }
}

/** A transaction while it is open; what runs inside it carries it in its async context. */
interface OpenTransaction {
  open: boolean;
}

class EmbeddedDatabase extends EmbeddedConnection implements Database {
  readonly kind = "embedded";
  readonly parallelism = 1;
  readonly #pglite: PGlite;
  readonly #place: string;
  readonly #codec: TextCodec;
  readonly #release: () => void;
  readonly #queue: CallQueue;
  readonly #current = new AsyncLocalStorage<OpenTransaction>();
  #closing: Promise<void> | undefined;

  constructor(pglite: PGlite, place: string, codec: TextCodec, release: () => void) {
    super((statement, call) => this.#enqueue(statement, () => this.#attempt(statement, call)), codec);
    this.#pglite = pglite;
    this.#place = place;
    this.#codec = codec;
    this.#release = release;
    this.#queue = new CallQueue();
  }

  transaction<T>(work: (transaction: Connection) => Promise<T>): Promise<T> {
    return this.#enqueue("begin", () => this.#transact(work));
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.add(async () => {
      try {
        await this.#pglite.close();
      } finally {
        this.#release();
      }
    });
    return this.#closing;
  }

  /** Waits for the connection. Inside an open transaction of this database that would be for ever. */
  #enqueue<T>(statement: string, call: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new NotRunningError(`The database at ${this.#place} was closed`));
    }
    if (this.#current.getStore()?.open === true) {
      return Promise.reject(
        new ProceduralError(
          `"${statement}" was sent to the embedded database from inside its own open transaction. It has one ` +
            "connection, so this would wait for ever; use the transaction's connection",
          { context: { statement } },
        ),
      );
    }
    return this.#queue.add(call);
  }

  async #transact<T>(work: (transaction: Connection) => Promise<T>): Promise<T> {
    const state: OpenTransaction = { open: true };
    const calls = new CallQueue();
    const transaction = new EmbeddedConnection((statement, call) => {
      if (state.open) return calls.add(() => this.#attempt(statement, call));
      return Promise.reject(
        new ProceduralError(`"${statement}" was sent to a transaction that has ended`, { context: { statement } }),
      );
    }, this.#codec);
    const control = (sql: string) => this.#attempt(sql, (pglite) => pglite.exec(sql));

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
    if (end?.command === "ROLLBACK") {
      throw new DatabaseStatementError(
        "The transaction was rolled back, not committed: one of its statements had failed and its error was not passed on",
        { context: { sqlstate: "25P02", statement: "commit" } },
      );
    }
    return result;
  }

  async #attempt<R>(statement: string, call: (pglite: PGlite) => Promise<R>): Promise<R> {
    try {
      return await call(this.#pglite);
    } catch (error) {
      throw toDatabaseError(error, { place: this.#place, statement, keepCause: false });
    }
  }
}
