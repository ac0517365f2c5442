import { InvalidRequestError } from "../../errors/index.ts";

const HOUR_MS = 3_600_000;
/** Longest period: a year. */
const MOST_HOURS = 8_784;

/**
 * When a period began that ends now.
 * @param hours more than 0, at most 8,784 (a year); fractions are allowed
 * @throws InvalidRequestError it is anything else
 */
export function startOfPeriod(hours: number, now: Date): Date {
  if (Number.isFinite(hours) && hours > 0 && hours <= MOST_HOURS) return new Date(now.getTime() - hours * HOUR_MS);
  const expected = `a number of hours above 0, at most ${MOST_HOURS}`;
  throw new InvalidRequestError(`periodHours is ${String(hours)}, expected ${expected}`, {
    context: { field: "periodHours", value: hours, expected },
  });
}
