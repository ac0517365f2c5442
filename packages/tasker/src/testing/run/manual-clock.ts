import type { CancelTimer, Clock } from "../../clock/clock.ts";

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/**
 * A clock that stands still until a test moves it. A timer that is due when it is set fires soon afterwards, as with
 * any clock.
 */
export class ManualClock implements Clock {
  #now: number;
  #sleeping = 0;
  readonly #timers = new Set<Timer>();
  readonly #sleepListeners = new Set<() => void>();

  /** @param start milliseconds since the epoch; a moment in 2026 unless given */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** When the timers that are set will fire, in milliseconds since the epoch, soonest first. */
  get timers(): readonly number[] {
    return [...this.#timers].map(({ at }) => at).sort((a, b) => a - b);
  }

  /** How many calls of {@link sleep} are waiting. */
  get sleeping(): number {
    return this.#sleeping;
  }

  after(delayMs: number, fire: () => void): CancelTimer {
    const timer: Timer = { at: this.#now + Math.max(delayMs, 0), fire };
    this.#timers.add(timer);
    if (delayMs <= 0) setImmediate(() => this.#fire(timer));
    return () => {
      this.#timers.delete(timer);
    };
  }

  /**
   * Waits on this clock, for step handlers whose work takes time. `drain` and `runTask` see that a handler sleeps and
   * move the clock on; a handler that waits in another way keeps the clock where it is.
   * @param ms milliseconds; infinity waits for the signal alone
   * @param signal ends the wait when it aborts; the promise is then rejected with its reason
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      this.#sleeping += 1;
      const finish = () => {
        this.#sleeping -= 1;
        cancel();
        signal?.removeEventListener("abort", abort);
      };
      const abort = () => {
        finish();
        reject(signal?.reason);
      };
      const wake = () => {
        finish();
        resolve();
      };
      const cancel = Number.isFinite(ms) ? this.after(ms, wake) : () => {};
      signal?.addEventListener("abort", abort);
      for (const listener of this.#sleepListeners) listener();
    });
  }

  /** Calls `listener` whenever somebody begins to sleep; call the returned function to end that. */
  onSleep(listener: () => void): () => void {
    this.#sleepListeners.add(listener);
    return () => {
      this.#sleepListeners.delete(listener);
    };
  }

  /** Moves the clock on, firing what becomes due on the way, each timer at its own time and in the order of times. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.at);
      this.#fire(due);
    }
    this.#now = end;
  }

  #fire(timer: Timer): void {
    if (this.#timers.delete(timer)) timer.fire();
  }
}
