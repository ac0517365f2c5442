import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRetryAfter } from "../../src/retry/retry-after.ts";

const NOW = Date.UTC(1994, 10, 6, 8, 49, 30);

describe("Retry-After in seconds", () => {
  test.each([
    ["0", 0],
    ["120", 120],
    [" 7 ", 7],
    ["0.25", 0.25],
    ["007", 7],
    [3, 3],
    [0.5, 0.5],
    [0, 0],
    ["9".repeat(400), Number.MAX_SAFE_INTEGER],
    [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
  ])("%j is %d", (value, seconds) => expect(parseRetryAfter(value, NOW)).toBe(seconds));

  test.each([
    [null],
    [undefined],
    [""],
    ["  "],
    ["-1"],
    ["+1"],
    ["1e3"],
    ["0x10"],
    [".5"],
    ["1."],
    ["soon"],
    ["1 s"],
  ])("%j is nothing", (value) => expect(parseRetryAfter(value, NOW)).toBeNull());

  test.each([[-1], [Number.NaN], [Number.NEGATIVE_INFINITY]])("the number %d is nothing", (value) =>
    expect(parseRetryAfter(value, NOW)).toBeNull());
});

describe("Retry-After as a date", () => {
  test.each([
    ["IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT"],
    ["RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT"],
    ["asctime", "Sun Nov  6 08:49:37 1994"],
  ])("%s is read as UTC", (_form, text) => {
    expect(parseRetryAfter(text, NOW)).toBe(7);
    expect(parseRetryAfter(text, NOW + 500)).toBe(6.5);
  });

  test("an asctime date may have a day of two digits", () => {
    expect(parseRetryAfter("Mon Nov 07 08:49:30 1994", NOW)).toBe(86_400);
    expect(parseRetryAfter("Wed Nov 16 08:49:30 1994", NOW)).toBe(10 * 86_400);
  });

  test("a date in the past is 0", () => {
    expect(parseRetryAfter("Sun, 06 Nov 1994 08:49:29 GMT", NOW)).toBe(0);
    expect(parseRetryAfter("Mon, 01 Jan 0001 00:00:00 GMT", NOW)).toBe(0);
  });

  test("a leap second is the second after", () => {
    expect(parseRetryAfter("Sun, 06 Nov 1994 08:49:60 GMT", NOW)).toBe(30);
  });

  test.each([
    ["the current year", NOW, "94", 1994],
    ["50 years ahead", NOW, "44", 2044],
    ["51 years ahead, which is in the past", NOW, "45", 1945],
    ["the next century", NOW, "03", 2003],
    ["the century before", Date.UTC(2003, 0, 1), "94", 1994],
    ["50 years ahead, in the next century", Date.UTC(2073, 0, 1), "23", 2123],
  ])("a two-digit year is %s", (_what, nowMs, digits, year) => {
    const expected = Math.max(0, (Date.UTC(year, 10, 6, 8, 49, 37) - nowMs) / 1000);
    expect(parseRetryAfter(`Sunday, 06-Nov-${digits} 08:49:37 GMT`, nowMs)).toBe(expected);
  });

  test.each([
    ["Sun, 30 Feb 1994 08:49:37 GMT"],
    ["Sun, 00 Nov 1994 08:49:37 GMT"],
    ["Sun, 31 Nov 1994 08:49:37 GMT"],
    ["Sun, 06 Nov 1994 24:00:00 GMT"],
    ["Sun, 06 Nov 1994 08:60:00 GMT"],
    ["Sun, 06 Nov 1994 08:49:61 GMT"],
    ["Sun, 06 Nov 1994 08:49:37 CET"],
    ["Sun, 06 Nov 1994 08:49:37"],
    ["Sun, 6 Nov 1994 08:49:37 GMT"],
    ["Xxx, 06 Nov 1994 08:49:37 GMT"],
    ["Sun, 06 Nov 94 08:49:37 GMT"],
    ["1994-11-06T08:49:37Z"],
    ["Sun Nov 6 08:49:37 1994"],
  ])("%j is nothing", (text) => expect(parseRetryAfter(text, NOW)).toBeNull());

  test("every moment of a second's precision survives in the form that Date writes", () => {
    const anyMoment = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(anyMoment, fc.nat(1_000_000), (moment, aheadSeconds) => {
        const thenMs = Math.floor(moment.getTime() / 1000) * 1000;
        const text = new Date(thenMs).toUTCString();
        expect(parseRetryAfter(text, thenMs - aheadSeconds * 1000)).toBe(aheadSeconds);
      }),
    );
  });

  test("two-digit years of the last 49 and the next 50 years are read back", () => {
    const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    fc.assert(
      fc.property(fc.integer({ min: 1950, max: 2200 }), fc.integer({ min: 1, max: 50 }), (year, ahead) => {
        const then = new Date(Date.UTC(year + ahead, 5, 15));
        const [, day, month, , time] = then.toUTCString().split(" ");
        const digits = String(year + ahead).slice(-2);
        const text = `${days[then.getUTCDay()]}, ${day}-${month}-${digits} ${time} GMT`;
        const nowMs = Date.UTC(year, 5, 15);
        expect(parseRetryAfter(text, nowMs)).toBe((then.getTime() - nowMs) / 1000);
      }),
    );
  });
});

test("reading never throws and never gives a negative or infinite wait", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double(), fc.stringMatching(/^[-+.\d ]*$/)), (value) => {
      const seconds = parseRetryAfter(value, NOW);
      if (seconds === null) return;
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(seconds).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
    }),
  );
});
