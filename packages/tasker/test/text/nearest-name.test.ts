import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, hintAt, nearestName } from "../../src/text/nearest-name.ts";

describe("the edit distance", () => {
  test.each([
    ["", "", 0],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["fetch", "fecth", 1],
    ["ca", "abc", 3],
  ])("of %j and %j is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  test("is symmetric, zero only for equal texts, and never more than the longer length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});

describe("the nearest name", () => {
  test.each([
    ["with few edits", "validte_cart", ["validate_cart", "charge"], "validate_cart"],
    ["in another case", "ValidateCart", ["charge", "validate_cart"], "validate_cart"],
    ["the closest of several", "step_12", ["step_1", "step_22", "step_13x"], "step_1"],
    ["one that contains it, if none is close", "timeout", ["name", "timeout_seconds"], "timeout_seconds"],
    ["a close one rather than one that contains it", "cart", ["the_cart_of_all", "card"], "card"],
    ["the closer of two that contain it", "validate", ["validate_cart_items", "validate_cart"], "validate_cart"],
    ["none, if nothing is near", "zzz", ["validate_cart", "charge"], null],
    ["none for a name without letters", "--", ["a"], null],
    ["none for a very long name", "x".repeat(500), ["x".repeat(499)], null],
  ])("is %s", (_title, name, candidates, nearest) => {
    expect(nearestName(name, candidates)).toBe(nearest);
  });

  test("passes over candidates that cannot be compared", () => {
    expect(nearestName("abc", ["", "--", "y".repeat(500), "abd"])).toBe("abd");
  });
});

test("a hint names the nearest, or lists the first dozen", () => {
  expect(hintAt("chrage", ["charge"], "steps")).toBe('did you mean "charge"?');
  expect(hintAt("zzz", ["charge", "ship"], "steps")).toBe("steps: charge, ship");
  expect(hintAt("zzz", [], "steps")).toBe("there are no steps");
  const many = Array.from({ length: 13 }, (_, i) => `name_${i}`);
  expect(hintAt("zzz", many, "steps")).toBe(`steps: ${many.slice(0, 12).join(", ")}, ...`);
});
