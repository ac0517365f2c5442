import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareVersions, isVersion, parseVersionRange } from "../../src/templates/version.ts";

const inRange = (range: string, version: string) => parseVersionRange(range)?.(version);
const number = fc.integer({ min: 0, max: 999 });
const version = fc.tuple(number, number, number).map((parts) => parts.join("."));

describe("a version", () => {
  test.each(["0.1.0", "10.20.30", "01.2.3"])("can be %s", (text) => expect(isVersion(text)).toBe(true));
  test.each(["1.0", "1.0.0-beta", "v1.0.0", "1.0.0.0", "", "12345678.1234.1234"])("cannot be %j", (text) => {
    expect(isVersion(text)).toBe(false);
  });

  test("orders by numbers", () => {
    expect(["10.0.0", "9.0.0", "9.10.0", "9.9.9"].sort(compareVersions)).toEqual([
      "9.0.0",
      "9.9.9",
      "9.10.0",
      "10.0.0",
    ]);
  });
});

describe("a range of versions", () => {
  test.each([
    ["^1.2.0", ["1.2.0", "1.99.0"], ["1.1.9", "2.0.0"]],
    ["^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2", "1.0.0"]],
    ["^0.0.3", ["0.0.3"], ["0.0.4", "0.1.0"]],
    ["^0", ["0.0.0", "0.9.9"], ["1.0.0"]],
    ["^1", ["1.0.0", "1.9.9"], ["2.0.0"]],
    ["~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0", "1.2.2"]],
    ["~1", ["1.0.0", "1.9.0"], ["2.0.0"]],
    ["1.x", ["1.0.0", "1.9.9"], ["2.0.0", "0.9.9"]],
    ["1.2", ["1.2.0", "1.2.9"], ["1.3.0"]],
    ["1.2.*", ["1.2.0"], ["1.3.0"]],
    ["*", ["0.0.0", "99.0.0"], []],
    [">=1.2.0 <2", ["1.2.0", "1.99.99"], ["2.0.0", "1.1.9"]],
    [">= 1.2.0  < 2", ["1.2.0"], ["2.0.0"]],
    [">1.2", ["1.3.0"], ["1.2.9"]],
    ["<=1.2", ["1.2.9", "0.0.1"], ["1.3.0"]],
    ["=1.2.3", ["1.2.3"], ["1.2.4"]],
    ["<1 || >=3.1.0", ["0.9.0", "3.1.0"], ["1.0.0", "3.0.9"]],
    [">*", [], ["1.0.0"]],
    ["9.x", ["9.10.0"], ["10.0.0"]],
  ])("%s", (range, inside, outside) => {
    for (const text of inside) expect([text, inRange(range, text)]).toEqual([text, true]);
    for (const text of outside) expect([text, inRange(range, text)]).toEqual([text, false]);
  });

  test.each(["", "one", "^", "1.2.3.4", ">=1.0.0 and <2", "latest", "1.2.0-beta", "|| 1"])("cannot be %j", (text) => {
    expect(parseVersionRange(text)).toBeNull();
  });

  test("a caret is everything from it up to the next that may break", () => {
    fc.assert(
      fc.property(version, version, (low, other) => {
        const [major = 0] = low.split(".").map(Number);
        fc.pre(major > 0);
        const expected = compareVersions(other, low) >= 0 && other.startsWith(`${major}.`);
        return inRange(`^${low}`, other) === expected;
      }),
    );
  });

  test("at least and less than divide all versions", () => {
    fc.assert(fc.property(version, version, (a, b) => inRange(`>=${a}`, b) !== inRange(`<${a}`, b)));
  });
});
