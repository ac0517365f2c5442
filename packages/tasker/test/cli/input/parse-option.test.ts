import { describe, expect, test } from "vitest";
import {
  age,
  collect,
  filledText,
  isoMoment,
  oneOf,
  positiveSeconds,
  secondsBetween,
  wholeNumber,
  wordList,
} from "../../../src/cli/input/parse-option.ts";

describe("option values", () => {
  test("whole numbers within their range", () => {
    const parse = wholeNumber("--limit", 1, 10);
    expect([parse("1"), parse("10")]).toEqual([1, 10]);
    for (const value of ["0", "11", "1.5", "1e1", "ten", "", "0x1"]) {
      expect(() => parse(value)).toThrow(`--limit is '${value}', expected a whole number from 1 to 10`);
    }
  });

  test("whole numbers without an upper end", () => {
    expect(() => wholeNumber("--after", 1)("0")).toThrow("--after is '0', expected a whole number of 1 or more");
  });

  test("seconds above zero, with fractions", () => {
    const parse = positiveSeconds("--timeout");
    expect([parse("2"), parse("0.25")]).toEqual([2, 0.25]);
    for (const value of ["0", "-1", "1s", "Infinity"])
      expect(() => parse(value)).toThrow("expected a number of seconds");
  });

  test("seconds within their range", () => {
    const parse = secondsBetween("--lease", 0.001, 10);
    expect([parse("0.001"), parse("2.5"), parse("10")]).toEqual([0.001, 2.5, 10]);
    for (const value of ["0", "0.0001", "10.1", "-1", "1e1", ""]) {
      expect(() => parse(value)).toThrow(`--lease is '${value}', expected a number of seconds from 0.001 to 10`);
    }
  });

  test("a text that is not empty", () => {
    expect(filledText("--idempotency-key")(" ")).toBe(" ");
    expect(() => filledText("--idempotency-key")("")).toThrow("--idempotency-key is ''");
  });

  test("moments with a zone", () => {
    const parse = isoMoment("--run-at");
    expect(parse("2027-01-31T09:00:00+02:00").toISOString()).toBe("2027-01-31T07:00:00.000Z");
    for (const value of [
      "2027-01-31",
      "2027-01-31T09:00:00",
      "2027-13-01T00:00:00Z",
      "2027-02-30T00:00:00Z",
      "tomorrow",
    ]) {
      expect(() => parse(value)).toThrow(`--run-at is '${value}', expected a date and time in ISO 8601 with a zone`);
    }
  });

  test("one of some words", () => {
    expect(oneOf("--format", ["mermaid", "json"])("json")).toBe("json");
    expect(() => oneOf("--format", ["mermaid", "json"])("dot")).toThrow("--format is 'dot', expected mermaid, json");
  });

  test("words separated by commas, in one option or several", () => {
    const parse = wordList("--state", ["a", "b", "c"]);
    expect(parse("b, a", undefined)).toEqual(["b", "a"]);
    expect(parse("c,b", ["a", "b"])).toEqual(["a", "b", "c"]);
    for (const value of ["", "a,", "a,d"]) expect(() => parse(value, undefined)).toThrow("expected a, b, c");
  });

  test("ages, in milliseconds", () => {
    const parse = age("--older-than");
    expect(["90m", "12h", "30d", "2w", "0d"].map(parse)).toEqual([
      5_400_000, 43_200_000, 2_592_000_000, 1_209_600_000, 0,
    ]);
    expect(parse("36525d")).toBe(36_525 * 86_400_000);
    for (const value of ["36526d", "30", "30s", "1.5d", "-1d", "d", "", "1d 2h", "9999999999w"]) {
      expect(() => parse(value)).toThrow(
        `--older-than is '${value}', expected a whole number with a unit (m, h, d, w)`,
      );
    }
  });

  test("options that can be given several times", () => {
    expect(collect("b", collect("a", undefined))).toEqual(["a", "b"]);
  });
});
