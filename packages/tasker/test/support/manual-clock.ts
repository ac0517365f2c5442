import type { CancelTimer, Clock } from "../../src/clock/clock.ts";

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
  readonly #timers = new Set<Timer>();

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

  after(delayMs: number, fire: () => void): CancelTimer {
    const timer: Timer = { at: this.#now + Math.max(delayMs, 0), fire };
    this.#timers.add(timer);
    if (delayMs <= 0) setImmediate(() => this.#fire(timer));
    return () => {
      this.#timers.delete(timer);
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
