import type { StepLimit } from "../../src/templates/limit.ts";
import { type Random, randomInteger, randomItem } from "../../src/testing/random.ts";

/** Draws the limits of a simulation, which steps of all tasks share: none half of the time. */
export function drawLimits(random: Random): StepLimit[] {
  return Array.from({ length: randomItem(random, [0, 0, 1, 2]) ?? 0 }, (_, place) => {
    const rate =
      random() < 0.3 ? { count: randomInteger(random, 1, 3), perSeconds: randomInteger(random, 1, 5) } : null;
    const concurrency = rate === null || random() < 0.5 ? randomInteger(random, 1, 3) : null;
    return { name: `limit${place}`, key: null, concurrency, rate };
  });
}

/** Counts the handlers that run under limits, and notes where there are more than may be. */
export class RunningHandlers {
  readonly #violations: string[];
  readonly #isGone: (processId: number) => boolean;
  readonly #running = new Map<string, Set<{ readonly processId: number }>>();

  /** @param isGone whether a process was declared dead: what it runs is not counted any more */
  constructor(violations: string[], isGone: (processId: number) => boolean) {
    this.#violations = violations;
    this.#isGone = isGone;
  }

  /** A handler is called under these limits. @returns to be called when it has ended */
  enter(limits: readonly StepLimit[], processId: number): () => void {
    const handler = { processId };
    const entered = limits.map(({ name, concurrency }) => {
      const running = this.#running.get(name ?? "") ?? new Set();
      this.#running.set(name ?? "", running.add(handler));
      const counted = [...running].filter((one) => !this.#isGone(one.processId)).length;
      if (concurrency !== null && counted > concurrency)
        this.#violations.push(`${counted} handlers run under ${name}, which allows ${concurrency}`);
      return running;
    });
    return () => {
      for (const running of entered) running.delete(handler);
    };
  }
}
