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

  constructor(real: Database) {
    this.#real = real;
    this.database = {
      ...real,
      run: (statement, parameters) => {
        const sender = this.#sender;
        if (sender === null || !statement.name.startsWith("commit_")) return real.run(statement, parameters);
        this.#sender = null;
        return sender((on) => on.run(statement, parameters));
      },
    };
  }

  /** Resolves when the next commit is sent, with what resolves or rejects when it has been answered. */
  next(): Promise<{ readonly answered: Promise<unknown> }> {
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
}
