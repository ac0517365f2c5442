const MINUTE_MS = 60_000;

/** Ages of a connection, in milliseconds, at which its plans are thrown away before it is a minute old. */
const EARLY_AGES_MS = [1_000, 10_000];

/**
 * When a connection should next throw its prepared plans away: 1, 10 and 60 seconds after it was opened, then every
 * minute. A generic plan made while a table was still empty stays in use after the table has grown, and can be a
 * hundred times too slow.
 * @param openedAtMs when the connection was opened, milliseconds since the epoch
 * @param nowMs the present, same unit
 * @returns an instant after `nowMs`
 */
export function nextPlanExpiryMs(openedAtMs: number, nowMs: number): number {
  const ageMs = Math.max(0, nowMs - openedAtMs);
  const early = EARLY_AGES_MS.find((age) => age > ageMs);
  return openedAtMs + (early ?? (Math.floor(ageMs / MINUTE_MS) + 1) * MINUTE_MS);
}
