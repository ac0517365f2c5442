const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (value: number) => String(value).padStart(2, "0");

/** A duration in milliseconds for reading: `7ms`, `1.2s`, `59s`, `3m 07s`, `2h 05m`, `4d 02h`. Negative counts as 0. */
export function formatDuration(ms: number): string {
  const rest = Math.max(0, Math.round(ms));
  if (rest < SECOND) return `${rest}ms`;
  if (rest < 9950) return `${(rest / SECOND).toFixed(1)}s`;
  if (rest < MINUTE - SECOND / 2) return `${Math.round(rest / SECOND)}s`;
  const seconds = Math.round(rest / SECOND);
  if (seconds < HOUR / SECOND) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  const minutes = Math.floor(rest / MINUTE);
  if (rest < DAY) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
  const hours = Math.floor(rest / HOUR);
  return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}

/** Time left in whole seconds, rounded up, so that a countdown never shows 0 while it runs: `in 3s`, `now`. */
export function formatCountdown(ms: number): string {
  return ms <= 0
    ? "now"
    : `in ${ms < SECOND ? "1s" : formatDuration(Math.ceil(ms / SECOND) * SECOND).replace(".0s", "s")}`;
}

/** Time since the start of something, in a column 8 wide: `  +0.12s`. */
export function formatElapsed(ms: number): string {
  const rest = Math.max(0, ms);
  return `+${rest < 100 * SECOND ? `${(rest / SECOND).toFixed(2)}s` : formatDuration(rest)}`.padStart(8);
}

/** A moment as people write it, in UTC, to the second: `2026-03-01 12:00:05`. */
export function formatMoment(moment: Date): string {
  return moment.toISOString().slice(0, 19).replace("T", " ");
}

/** The time of day in UTC, to the millisecond: `12:00:05.123`. */
export function formatTimeOfDay(moment: Date): string {
  return moment.toISOString().slice(11, 23);
}
