import type pg from "pg";
import { DatabaseStatementError, DatabaseUnavailableError, ProceduralError } from "../errors/index.ts";
import { CallQueue } from "./call-queue.ts";
import type { Connection, TransactionOptions } from "./database.ts";
import { statementLabel, toDatabaseError } from "./driver-error.ts";
import { encodeParameter } from "./parameter-text.ts";
import type { SqlType } from "./sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "./statement.ts";

/** Longest time that a timer takes, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** One connection of a pool while somebody holds it. Calls that overlap are run one after the other. */
export class PostgresConnection implements Connection {
  readonly #client: pg.PoolClient;
  readonly #place: string;
  readonly #named: boolean;
  /** Whether what is sent is part of a transaction, which a lost connection rolls back. */
  readonly #inTransaction: boolean;
  /** Longest wait for an answer, in milliseconds; undefined: that of the pool. */
  readonly #answerTimeoutMs: number | undefined;
  readonly #queue = new CallQueue();
  #ended = false;

  /** @param named whether statements are prepared under their name and kept */
  constructor(
    client: pg.PoolClient,
    place: string,
    named: boolean,
    { inTransaction, answerTimeoutMs }: { readonly inTransaction: boolean; readonly answerTimeoutMs?: number } = {
      inTransaction: false,
    },
  ) {
    this.#client = client;
    this.#place = place;
    this.#named = named;
    this.#inTransaction = inTransaction;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  async run<const P extends readonly SqlType<unknown>[], const C extends Readonly<Record<string, SqlType<unknown>>>>(
    statement: Statement<P, C>,
    parameters: ParametersOf<P>,
  ): Promise<RowOf<C>[]> {
    const values = parameters.map(encodeParameter);
    const name = this.#named ? statement.name : undefined;
    const result = await this.#send(statement.name, () => this.#ask<RowOf<C>>({ name, text: statement.text, values }));
    return result.rows;
  }

  async execute(sql: string): Promise<void> {
    await this.#send(statementLabel(sql), () => this.#ask({ text: sql }));
  }

  async query(sql: string, parameters: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const values = parameters.map(encodeParameter);
    const result = await this.#send(statementLabel(sql), () =>
      this.#ask<Record<string, unknown>>({ text: sql, values }),
    );
    return result.rows;
  }

  /** Runs `work` in a transaction; see {@link Database.transaction}. */
  async transaction<T>(
    { idleTimeoutMs, unlimited = false }: TransactionOptions & { readonly idleTimeoutMs: number },
    work: (transaction: Connection) => Promise<T>,
  ): Promise<T> {
    const limits = `set local idle_in_transaction_session_timeout = ${idleTimeoutMs}`;
    const noLimit = unlimited ? "; set local statement_timeout = 0" : "";
    const begin = `begin isolation level read committed; ${limits}${noLimit}`;
    await this.#send("begin", () => this.#client.query(begin), false);
    const inner = new PostgresConnection(this.#client, this.#place, this.#named, {
      inTransaction: true,
      ...(unlimited ? { answerTimeoutMs: LONGEST_MS } : {}),
    });
    let result: T;
    try {
      result = await work(inner);
    } catch (error) {
      await inner.#end();
      // the error of the work is what the caller must see; a connection whose rollback failed is thrown away, and on one that
      // does not answer nothing is asked
      if (!(error instanceof DatabaseUnavailableError)) await this.execute("rollback").catch(() => undefined);
      throw error;
    }
    await inner.#end();
    const { command } = await this.#send("commit", () => this.#client.query("commit"));
    if (command === "ROLLBACK") {
      throw new DatabaseStatementError(
        "The transaction was rolled back, not committed: one of its statements had failed and its error was not passed on",
        { context: { sqlstate: "25P02", statement: "commit" } },
      );
    }
    return result;
  }

  /** Waits for what was called and refuses what comes later. */
  async #end(): Promise<void> {
    this.#ended = true;
    await this.#queue.whenIdle();
  }

  #ask<R extends pg.QueryResultRow>(question: pg.QueryConfig): Promise<pg.QueryResult<R>> {
    // The driver takes the limit; its types do not know of it.
    const limited = { ...question, query_timeout: this.#answerTimeoutMs };
    return this.#client.query<R>(limited);
  }

  /** @param mayStand whether what is sent stands by itself once the server has it */
  #send<R>(statement: string, call: () => Promise<R>, mayStand = !this.#inTransaction): Promise<R> {
    if (this.#ended) {
      return Promise.reject(
        new ProceduralError(`"${statement}" was sent to a transaction that has ended`, { context: { statement } }),
      );
    }
    return this.#queue.add(async () => {
      try {
        return await call();
      } catch (error) {
        const origin = { place: this.#place, statement, keepCause: true, mayStand: mayStand && !isUnsent(error) };
        throw toDatabaseError(error, origin);
      }
    });
  }
}

/** Whether the driver had found the connection broken before it sent anything. */
function isUnsent(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith("not queryable");
}
