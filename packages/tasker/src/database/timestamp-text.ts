/** Largest and smallest instant that a `Date` holds, in milliseconds; PostgreSQL's ±infinity map to them. */
const DATE_LIMIT_MS = 8.64e15;

const TIMESTAMP =
  /^(\d{4,})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?([+-]\d\d(?::?\d\d){0,2})?( BC)?$/;

/**
 * Reads PostgreSQL's ISO text of a `timestamp` (taken as UTC) or a `timestamptz` (its own offset).
 * Microseconds are cut to the millisecond below; `infinity` becomes the last instant that a `Date` holds.
 * @throws RangeError if the text is no such timestamp, or lies outside what a `Date` holds
 */
export function parseTimestamp(text: string): Date {
  const plain = parsePlain(text);
  if (!Number.isNaN(plain)) return new Date(plain);
  if (text === "infinity") return new Date(DATE_LIMIT_MS);
  if (text === "-infinity") return new Date(-DATE_LIMIT_MS);
  const match = TIMESTAMP.exec(text);
  if (match === null) throw new RangeError(`timestamp "${text}" is not in PostgreSQL's ISO format`);
  const [, year = "", month = "", day = "", hour = "0", minute = "0", second = "0", fraction = "", offset, era] = match;
  const date = new Date(0);
  // not Date.UTC: it takes the years 0 to 99 for 1900 to 1999
  date.setUTCFullYear(era === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, "0").slice(0, 3)));
  const instant = offset === undefined ? date : new Date(date.getTime() - offsetSeconds(offset) * 1000);
  if (Number.isNaN(instant.getTime())) throw new RangeError(`timestamp "${text}" lies outside the range of Date`);
  return instant;
}

/** The instant of what nearly all timestamps look like, `2027-01-31 09:00:00.123456`, in milliseconds; NaN for everything else. */
function parsePlain(text: string): number {
  const { length } = text;
  const hasFraction = length > 20 && length <= 26 && text[19] === ".";
  if (length !== 19 && !hasFraction) return Number.NaN;
  if (text[4] !== "-" || text[7] !== "-" || text[10] !== " " || text[13] !== ":" || text[16] !== ":") return Number.NaN;
  const year = digits(text, 0, 4);
  // Date.UTC takes lower ones for 1900 to 1999.
  if (year < 100) return Number.NaN;
  const ms = hasFraction ? Math.floor((digits(text, 20, length) * 1_000) / 10 ** (length - 20)) : 0;
  return Date.UTC(
    year,
    digits(text, 5, 7) - 1,
    digits(text, 8, 10),
    digits(text, 11, 13),
    digits(text, 14, 16),
    digits(text, 17, 19),
    ms,
  );
}

/** The number that stands in a part of a text; NaN if it is none. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let place = from; place < to; place++) {
    const digit = text.charCodeAt(place) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * Writes a `Date` as the text of a `timestamp` in UTC, without zone. The limits of `Date` become ±infinity.
 * @throws RangeError if the date is invalid
 */
export function encodeTimestamp(date: Date): string {
  const ms = date.getTime();
  if (Number.isNaN(ms)) throw new RangeError("an invalid Date cannot be stored as a timestamp");
  if (ms === DATE_LIMIT_MS) return "infinity";
  if (ms === -DATE_LIMIT_MS) return "-infinity";
  const iso = date.toISOString();
  const clock = iso.slice(-20, -1).replace("T", " ");
  const year = date.getUTCFullYear();
  const written = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return `${written}${clock}${year > 0 ? "" : " BC"}`;
}

function offsetSeconds(offset: string): number {
  const sign = offset.startsWith("-") ? -1 : 1;
  const [hours = 0, minutes = 0, seconds = 0] = (offset.slice(1).match(/\d\d/g) ?? []).map(Number);
  return sign * (hours * 3600 + minutes * 60 + seconds);
}
