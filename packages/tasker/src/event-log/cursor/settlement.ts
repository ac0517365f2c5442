import { type PerSource, perSource } from "./log-source.ts";

/** What a look at the tables of the log has found. */
export interface LogLook {
  /** The last ids that were given out, read before `writers`. */
  readonly upto: PerSource<number>;
  /** Names of the transactions that hold a lock for writing on any of the tables or their sequences. */
  readonly writers: ReadonlySet<string>;
}

/** Who begins a prepared transaction's name: it has another one than it had before it was prepared. */
const PREPARED = "-1/";

/**
 * Tells up to where no row can appear any more. It keeps one look, until every transaction that was writing then has ended:
 * a row with an id that had been given out is visible from then on, or never. Then it keeps the next look.
 */
export class Settlement {
  #settled: PerSource<number>;
  #waiting: LogLook | null = null;

  constructor(settled: PerSource<number>) {
    this.#settled = settled;
  }

  /** Takes notice of a look; gives the ids up to which a snapshot that is taken from now on shows everything. */
  observe(look: LogLook): PerSource<number> {
    const writers = this.#stillOpen(look.writers);
    if (this.#waiting !== null && writers.size === 0) this.#settle(this.#waiting.upto);
    if (writers.size > 0 && this.#waiting !== null) this.#waiting = { upto: this.#waiting.upto, writers };
    else if (look.writers.size > 0) this.#waiting = look;
    else {
      this.#waiting = null;
      this.#settle(look.upto);
    }
    return this.#settled;
  }

  #stillOpen(now: ReadonlySet<string>): ReadonlySet<string> {
    if (this.#waiting === null) return new Set();
    const open = [...this.#waiting.writers].filter((name) => now.has(name));
    // Whichever of them was prepared meanwhile is open under a name that is not known here.
    return new Set([...open, ...[...now].filter((name) => name.startsWith(PREPARED))]);
  }

  #settle(upto: PerSource<number>): void {
    const settled = this.#settled;
    this.#settled = perSource((source) => Math.max(settled[source], upto[source]));
  }
}
