import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findNearestName } from "../../src/graph/nearest-name.ts";

describe("the nearest known name", () => {
  test.each([
    ["validate_crat", ["charge", "validate_cart"], "validate_cart"],
    ["chrge", ["validate", "charge"], "charge"],
    ["Charge", ["chargex", "charge", "other"], "charge"],
    ["b", ["a", "c"], "a"],
    ["ship_order", ["charge", "validate"], null],
    ["x", [], null],
    ["abc", ["xyz"], null],
  ])("of %s among %j is %j", (name, known, nearest) => {
    expect(findNearestName(name, known)).toBe(nearest);
  });

  test("is the name itself when it is known", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,12}$/), { minLength: 1 }), fc.nat(), (known, pick) => {
        const name = known[pick % known.length] as string;
        expect(findNearestName(name, known)).toBe(name);
      }),
    );
  });

  test("is found again after one character of a longer name is lost", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z_]{4,20}$/), fc.nat(), (name, pick) => {
        const place = pick % name.length;
        expect(findNearestName(name.slice(0, place) + name.slice(place + 1), [name])).toBe(name);
      }),
    );
  });
});
