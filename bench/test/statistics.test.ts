import { expect, test } from "vitest";
import { median, quantile } from "../statistics.ts";

test("a quantile is the value of its rank", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1)]).toEqual([50, 99, 100]);
});

test("the median is the middle value, or the lower of two", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2);
});

test("no values have no quantile", () => {
  expect(() => median([])).toThrow(RangeError);
});
