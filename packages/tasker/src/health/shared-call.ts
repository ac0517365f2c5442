import type { Clock } from "../clock/clock.ts";

/**
 * A call that runs at most once at a time: whoever asks while it runs waits for the same answer. One that has not come in time is waited
 * for again at the next question instead of asked for again, so a database that does not answer has one call of each kind to answer,
 * however many ask.
 */
export class SharedCall<T> {
  readonly #work: () => Promise<T>;
  readonly #clock: Clock;
  #running: Promise<T> | null = null;

  constructor(work: () => Promise<T>, clock: Clock) {
    this.#work = work;
    this.#clock = clock;
  }

  /** The answer, or null if it has not come in time, in milliseconds. Rejects as the call does. */
  async within(deadlineMs: number): Promise<{ readonly value: T } | null> {
    this.#running ??= this.#work().finally(() => {
      this.#running = null;
    });
    const late = Promise.withResolvers<null>();
    const cancel = this.#clock.after(deadlineMs, () => late.resolve(null));
    try {
      return await Promise.race([this.#running.then((value) => ({ value })), late.promise]);
    } finally {
      cancel();
    }
  }
}
