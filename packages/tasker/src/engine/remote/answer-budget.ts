/** Most characters of the steps in one answer, as JSON. The first one is given whatever its size. */
const MOST = 8_000_000;
/** What a step is taken to need before any was given, and the least afterwards. */
const GUESS = { first: 32_000, least: 500 };

/** Keeps answers with steps at a size that servers and workers can hold, by what those before came to. */
export class AnswerBudget {
  #each = GUESS.first;

  /** How many steps are started for a call that takes so many. */
  most(capacity: number): number {
    return Math.max(1, Math.min(capacity, Math.floor(MOST / this.#each)));
  }

  /** How many of the steps of an answer fit into it, the first ones; the others are to be given back. */
  fit(steps: readonly unknown[]): number {
    let size = 0;
    let count = 0;
    for (const step of steps) {
      const own = JSON.stringify(step).length;
      if (count > 0 && size + own > MOST) break;
      size += own;
      count += 1;
    }
    if (count > 0) this.#each = Math.max(size / count, 0.9 * this.#each, GUESS.least);
    return count;
  }
}
