import { parseHttpDate } from "./http-date.ts";

const DELTA_SECONDS = /^\d+(?:\.\d+)?$/;

/**
 * Reads a Retry-After value: a number of seconds, fractions accepted, or a date in any form that HTTP allows. Never
 * throws: a value that makes no sense must not hide the failure that it came with.
 * @param value a header's text, or seconds as a handler gives them
 * @param nowMs milliseconds since the epoch
 * @returns seconds from now, 0 or more, at most `Number.MAX_SAFE_INTEGER`, possibly fractional; 0 for a date in the
 *   past; null for nothing, a negative number, or what cannot be read
 * @see RFC 9110, section 10.2.3
 */
export function parseRetryAfter(value: string | number | null | undefined, nowMs: number): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return value >= 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : null;
  const text = value.trim();
  if (DELTA_SECONDS.test(text)) return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
  const dateMs = parseHttpDate(text, nowMs);
  return dateMs === null ? null : Math.max(0, (dateMs - nowMs) / 1000);
}
