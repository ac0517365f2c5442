import { setImmediate as nextTurn } from "node:timers/promises";
import { type CancelTimer, systemClock } from "../../clock/clock.ts";

/** Tells whether a client may still watch what it watches. */
export type StillMay = () => Promise<boolean>;

/** Checks that are asked before the process does something else. */
const CHECKS_IN_A_TURN = 100;

/** Asks again and again, for all clients with one timer, whether they may still watch: a token can be revoked meanwhile. */
export class Watchmen {
  readonly #everyMs: number;
  readonly #watched = new Map<StillMay, () => void>();
  #cancel: CancelTimer | null = null;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** @param end called when the client may no more. @returns ends the watch */
  watch(stillMay: StillMay, end: () => void): () => void {
    this.#watched.set(stillMay, end);
    this.#cancel ??= this.#later();
    return () => {
      this.#watched.delete(stillMay);
      if (this.#watched.size > 0) return;
      this.#cancel?.();
      this.#cancel = null;
    };
  }

  #later(): CancelTimer {
    return systemClock.after(this.#everyMs, () => void this.#askAll());
  }

  async #askAll(): Promise<void> {
    this.#cancel = null;
    let asked = 0;
    for (const [stillMay, end] of [...this.#watched]) {
      asked += 1;
      if (asked % CHECKS_IN_A_TURN === 0) await nextTurn();
      if (!this.#watched.has(stillMay)) continue;
      if (!(await stillMay())) end();
    }
    if (this.#watched.size > 0) this.#cancel ??= this.#later();
  }
}
