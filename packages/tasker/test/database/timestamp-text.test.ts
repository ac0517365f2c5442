import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeTimestamp, parseTimestamp } from "../../src/database/timestamp-text.ts";

describe("the text of a timestamp", () => {
  test("is read to the millisecond, however many digits the fraction of its second has", () => {
    const seconds = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(seconds, fc.nat(999_999), fc.nat(6), (date, micros, count) => {
        const second = new Date(Math.floor(date.getTime() / 1_000) * 1_000);
        const fraction = String(micros).padStart(6, "0").slice(0, count);
        const text = second.toISOString().slice(0, 19).replace("T", " ") + (count === 0 ? "" : `.${fraction}`);
        expect(parseTimestamp(text).getTime() - second.getTime()).toBe(Number(fraction.slice(0, 3).padEnd(3, "0")));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["2027-01-31", "2027-01-31T00:00:00.000Z"],
    ["2027-01-31 09:00", "2027-01-31T09:00:00.000Z"],
    ["2027-01-31 09:00:00.5+02", "2027-01-31T07:00:00.500Z"],
    ["2027-01-31 09:00:00+02:30", "2027-01-31T06:30:00.000Z"],
    ["0044-03-15 12:00:00 BC", "-000043-03-15T12:00:00.000Z"],
    ["12027-01-31 09:00:00", "+012027-01-31T09:00:00.000Z"],
  ])("is also %s", (text, iso) => {
    expect(parseTimestamp(text).toISOString()).toBe(iso);
  });

  test.each([
    "2027-01-31 09:00:0x",
    "2027-01-31 09:00:00.",
    "2027/01/31 09:00:00",
    "2027-01-31 09:00:00.1234567",
  ])("is not %s", (text) => {
    expect(() => parseTimestamp(text)).toThrow(RangeError);
  });

  test("is what was written", () => {
    const dates = fc.date({ noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        expect(parseTimestamp(encodeTimestamp(date))).toEqual(date);
      }),
    );
  });
});
