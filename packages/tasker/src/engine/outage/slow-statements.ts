import type { Log } from "../options.ts";

/** Tells an operator of statements that take long, with what they wait for: a connection, locks, the network. */
export class SlowStatements {
  readonly #log: Log;
  #fromMs: number | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param fromMs time from which on a statement is slow, in milliseconds; null: none is */
  follow(fromMs: number | null): void {
    this.#fromMs = fromMs;
  }

  /** Takes how long a statement has taken, in milliseconds, whether or not it succeeded. */
  took(statement: string, ms: number): void {
    if (this.#fromMs === null || ms < this.#fromMs) return;
    const facts = { operation: statement, duration_ms: Math.round(ms), is_slow: true };
    this.#log.warn(facts, `the database took long for ${statement}`);
  }
}
