import { QueryLimitError } from "../../errors/index.ts";

/** Counts what is read for one request, and ends it when that is too much or nobody waits for the answer any more. */
export class QueryBudget {
  readonly #most: number;
  readonly #signal: AbortSignal | null;
  #used = 0;

  /** @param most the limit `maxRows` */
  constructor(most: number, signal: AbortSignal | null = null) {
    this.#most = most;
    this.#signal = signal;
  }

  /** How many more may be read. */
  get left(): number {
    return Math.max(0, this.#most - this.#used);
  }

  /**
   * Counts rows that were read.
   * @throws QueryLimitError if they are more than may be
   */
  take(count: number): void {
    this.#signal?.throwIfAborted();
    this.#used += count;
    if (this.#used <= this.#most) return;
    throw new QueryLimitError(
      `the answer is made of more than ${this.#most} rows: ask for smaller pages, or for fewer lists within lists`,
      { context: { limit: "maxRows", allowed: this.#most } },
    );
  }
}
