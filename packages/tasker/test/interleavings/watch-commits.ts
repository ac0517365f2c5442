import { onTestFinished } from "vitest";
import type { Connection, Database } from "../../src/database/database.ts";
import { makeGate } from "../support/engine-harness.ts";

/** Sends a commit on a connection, or does so later, and gives its answer. */
type Sender = <T>(send: (on: Connection) => Promise<T>) => Promise<T>;

/** A commit that has written everything and waits for the test before it ends. */
export interface OpenCommit {
  /** Resolves when it has written. */
  readonly written: Promise<Connection>;
  end(): void;
}

/** A database whose commits of batches a test can get hold of, one at a time. What it holds goes on when the test ends. */
export class WatchedCommits {
  /** For the engine. */
  readonly database: Database;
  readonly #real: Database;
  #sender: Sender | null = null;
  /** The task that a commit must be about to be got hold of; null: any. */
  #taskId: number | null = null;

  constructor(real: Database) {
    this.#real = real;
    this.database = {
      ...real,
      run: (statement, parameters) => {
        const sender = this.#sender;
        const isCommit = statement.name.startsWith("commit_") && this.#isAbout(parameters);
        if (sender === null || !isCommit) return real.run(statement, parameters);
        this.#sender = null;
        return sender((on) => on.run(statement, parameters));
      },
    };
  }

  /**
   * Resolves when the next commit is sent, with what resolves or rejects when it has been answered.
   * @param taskId that it must be about. Default: any
   */
  next(taskId: number | null = null): Promise<{ readonly answered: Promise<unknown> }> {
    this.#taskId = taskId;
    const sent = makeGate<{ readonly answered: Promise<unknown> }>();
    this.#sender = (send) => {
      const answered = send(this.#real);
      sent.open({ answered });
      return answered;
    };
    return sent.promise;
  }

  /** Keeps the next commit from being sent. Resolves with what lets it go. */
  holdNext(): Promise<() => void> {
    this.#taskId = null;
    const [arrived, mayGo] = [makeGate<() => void>(), makeGate()];
    onTestFinished(() => mayGo.open());
    this.#sender = async (send) => {
      arrived.open(() => mayGo.open());
      await mayGo.promise;
      return send(this.#real);
    };
    return arrived.promise;
  }

  /** Keeps the transaction of the next commit open after it has written. */
  keepNextOpen(): OpenCommit {
    this.#taskId = null;
    const [written, mayEnd] = [makeGate<Connection>(), makeGate()];
    onTestFinished(() => mayEnd.open());
    this.#sender = (send) =>
      this.#real.transaction(async (transaction) => {
        const answer = await send(transaction);
        written.open(transaction);
        await mayEnd.promise;
        return answer;
      });
    return { written: written.promise, end: () => mayEnd.open() };
  }

  /** One commit is about one task, named by its third parameter, or about those in its fourth. */
  #isAbout(parameters: readonly unknown[]): boolean {
    const taskId = this.#taskId;
    if (taskId === null) return true;
    const [, , one, many] = parameters;
    return one === taskId || (Array.isArray(many) && many.includes(taskId));
  }
}
