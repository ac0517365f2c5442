import type { StepRun } from "./step-run.ts";

/** Lets a limited number of the instances of a mapped step run at the same time, the others in the order they came. */
export class FanOutGate {
  readonly #limit: number;
  readonly #inside: Set<StepRun>;
  readonly #waiting = new Set<StepRun>();

  /**
   * @param limit 1 or more
   * @param inside those that run already
   */
  constructor(limit: number, inside: Iterable<StepRun>) {
    this.#limit = limit;
    this.#inside = new Set(inside);
  }

  /** Whether the step may go on; otherwise it is given by {@link next} when it is its turn. */
  admit(step: StepRun): boolean {
    if (!this.#inside.has(step) && this.#inside.size >= this.#limit) {
      this.#waiting.add(step);
      return false;
    }
    this.#inside.add(step);
    return true;
  }

  /** The attempt of a step has ended. */
  leave(step: StepRun): void {
    this.#inside.delete(step);
  }

  /** The step whose turn it is, which waits no more; null if there is no room or nobody waits. */
  next(): StepRun | null {
    if (this.#inside.size >= this.#limit) return null;
    for (const step of this.#waiting) {
      this.#waiting.delete(step);
      return step;
    }
    return null;
  }
}
