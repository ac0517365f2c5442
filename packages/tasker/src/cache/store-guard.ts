import { type Clock, elapsedOf } from "../clock/clock.ts";

/** How long a store that failed is left alone, in milliseconds. */
const PAUSE_MS = 1_000;

/**
 * Keeps a store from holding anybody up: an operation has so much time, and after one that failed none is tried for a second. What
 * comes of it then is as if nothing were cached.
 */
export class StoreGuard {
  /** Operations that failed or had no time. */
  errors = 0;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  /** What the operation gives; `otherwise` if it failed, had no time, or was not tried. */
  async ask<T>(operation: () => Promise<T>, timeoutMs: number, otherwise: T): Promise<T> {
    if (elapsedOf(this.#clock) < this.#pausedUntil) return otherwise;
    const late = Promise.withResolvers<T>();
    const cancel = this.#clock.after(timeoutMs, () => {
      late.reject(new RangeError(`the store of the cache did not answer within ${timeoutMs} ms`));
    });
    try {
      return await Promise.race([operation(), late.promise]);
    } catch (error) {
      this.errors += 1;
      this.#pausedUntil = elapsedOf(this.#clock) + PAUSE_MS;
      this.#onError(error);
      return otherwise;
    } finally {
      cancel();
    }
  }
}
