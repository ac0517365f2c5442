import { type Clock, systemClock } from "tasker";

/** The machine's clock, which can be set off by any time. What was asked to be called later is called when it was to be. */
export class ShiftedClock implements Clock {
  /** Milliseconds; may be negative. */
  offsetMs = 0;

  now(): number {
    return Date.now() + this.offsetMs;
  }

  elapsed(): number {
    return performance.now();
  }

  after(delayMs: number, fire: () => void): () => void {
    return systemClock.after(delayMs, fire);
  }
}
