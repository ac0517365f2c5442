import { QueryLimitError } from "../../errors/index.ts";
import { refuseMore } from "./check-document.ts";
import type { GraphqlLimits } from "./limits.ts";

/** Counts what one request asks for and reads, with all its operations, and ends it when that is too much or nobody waits any more. */
export class QueryBudget {
  readonly #limits: GraphqlLimits;
  readonly #signal: AbortSignal | undefined;
  #cost = 0;
  #rows = 0;

  /** @param signal aborted when nobody waits for the answer any more */
  constructor(limits: GraphqlLimits, signal?: AbortSignal) {
    this.#limits = limits;
    this.#signal = signal;
  }

  /** How many more rows may be read. */
  get left(): number {
    return Math.max(0, this.#limits.maxRows - this.#rows);
  }

  /** @throws the reason why nobody waits for the answer any more */
  checkWanted(): void {
    this.#signal?.throwIfAborted();
  }

  /**
   * Counts an operation before it is executed.
   * @throws QueryLimitError if the operations cost more than they may together
   */
  spend(cost: number): void {
    const sum = this.#cost + cost;
    refuseMore(
      "maxCost",
      sum,
      this.#limits,
      "values in its answer, by the sizes of its pages, or asks for what costs as much",
    );
    this.#cost = sum;
  }

  /**
   * Counts rows that were read.
   * @throws QueryLimitError if they are more than may be
   */
  take(count: number): void {
    this.checkWanted();
    this.#rows += count;
    const { maxRows } = this.#limits;
    if (this.#rows <= maxRows) return;
    throw new QueryLimitError(
      `the answer is made of more than ${maxRows} rows: ask for smaller pages, or for fewer lists within lists`,
      { context: { limit: "maxRows", allowed: maxRows } },
    );
  }
}
