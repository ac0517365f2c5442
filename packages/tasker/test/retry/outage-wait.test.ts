import { expect, test } from "vitest";
import { outageWaitMs } from "../../src/retry/outage-wait.ts";

test("a database that is away is asked again after 50, 100, 200, ... milliseconds, 2,000 at most", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) => outageWaitMs(failures, 0));
  expect(waits).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
});

test("up to a half of the wait is left out at random", () => {
  expect(outageWaitMs(6, 0.5)).toBe(1_200);
  expect(outageWaitMs(6, 0.999)).toBe(801);
});
