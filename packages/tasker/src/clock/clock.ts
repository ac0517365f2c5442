/** Undoes a timer. Calling it after the timer fired, or twice, does nothing. */
export type CancelTimer = () => void;

/** Where the engine gets the time and its timers from, so that tests own both. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `fire` once, `delayMs` milliseconds from now or later. */
  after(delayMs: number, fire: () => void): CancelTimer;
  /**
   * Milliseconds since some moment, which pass evenly although somebody sets the time of day. What lasts is measured with it.
   * Default: `now`.
   */
  elapsed?(): number;
}

/** The time by which a clock measures what lasts: only differences mean something. */
export function elapsedOf(clock: Clock): number {
  return clock.elapsed?.() ?? clock.now();
}

/** Longest delay that Node's timers take; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => Math.floor(performance.now()),
  after(delayMs, fire) {
    const start = Date.now();
    let timer: NodeJS.Timeout;
    const arm = (remaining: number) => {
      timer = setTimeout(
        () => (remaining > LONGEST_TIMER_MS ? arm(start + delayMs - Date.now()) : fire()),
        Math.min(Math.max(remaining, 0), LONGEST_TIMER_MS),
      );
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};
