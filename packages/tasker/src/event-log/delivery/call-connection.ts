import type { Connection } from "../../database/database.ts";
import type { SqlType } from "../../database/sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "../../database/statement.ts";
import { ProceduralError } from "../../errors/index.ts";

/**
 * The connection of a transaction, for one call of a handler: it refuses what comes after that call, and remembers whether a
 * statement has failed, which leaves the transaction of no use if the handler has not gone back to a savepoint.
 */
export class CallConnection implements Connection {
  readonly #transaction: Connection;
  #last: Promise<unknown> = Promise.resolve();
  #isEnded = false;
  #failure: unknown = null;

  constructor(transaction: Connection) {
    this.#transaction = transaction;
  }

  /** What the first statement that failed was refused with; null if none has failed. */
  get failure(): unknown {
    return this.#failure;
  }

  run<const P extends readonly SqlType<unknown>[], C extends Readonly<Record<string, SqlType<unknown>>>>(
    statement: Statement<P, C>,
    parameters: ParametersOf<P>,
  ): Promise<RowOf<C>[]> {
    return this.#send(() => this.#transaction.run(statement, parameters));
  }

  execute(sql: string): Promise<void> {
    return this.#send(() => this.#transaction.execute(sql));
  }

  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return this.#send(() => this.#transaction.query(sql, parameters));
  }

  /** Refuses what comes from now on; resolves when what was sent has been answered. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#last;
  }

  /** Statements of a transaction are answered in their order, so that the last answer is that of the last one. */
  #send<T>(call: () => Promise<T>): Promise<T> {
    if (this.#isEnded) {
      return Promise.reject(new ProceduralError("the transaction of a delivery was used after the handler's time"));
    }
    const answer = call();
    this.#last = answer.then(
      () => undefined,
      (error: unknown) => {
        this.#failure ??= error;
      },
    );
    return answer;
  }
}
