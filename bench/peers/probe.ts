import type { StepResult } from "./peer.ts";

/**
 * The body of every step, and what it sees: how many steps have run, and how long it took from one step's return to the
 * next one's entry.
 */
export class Probe {
  /** Times from the return of a step to the entry into the next one, in milliseconds. Meaningful for one chain at a time. */
  readonly handoffMs: number[] = [];
  /** Steps entered so far. */
  steps = 0;
  readonly #firstStep: string;
  #returnedAt = 0;
  #awaited: { readonly steps: number; readonly resolve: () => void } | null = null;

  /** @param firstStep the step that follows no other */
  constructor(firstStep: string) {
    this.#firstStep = firstStep;
  }

  step(name: string): StepResult {
    if (name !== this.#firstStep) this.handoffMs.push(performance.now() - this.#returnedAt);
    this.steps += 1;
    if (this.steps === this.#awaited?.steps) this.#awaited.resolve();
    this.#returnedAt = performance.now();
    return { ok: true };
  }

  /** Resolves when so many steps have been entered. One at a time may wait. */
  entered(steps: number): Promise<void> {
    if (this.steps >= steps) return Promise.resolve();
    return new Promise((resolve) => {
      this.#awaited = { steps, resolve };
    });
  }
}
