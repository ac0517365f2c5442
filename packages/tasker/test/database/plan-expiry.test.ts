import { expect, test } from "vitest";
import { nextPlanExpiryMs } from "../../src/database/plan-expiry.ts";

test("plans expire 1, 10 and 60 seconds after the connection was opened, then every minute", () => {
  const openedAt = 5_000_000;
  const ages = [0];
  for (let age = 0; ages.length < 7; ages.push(age)) age = nextPlanExpiryMs(openedAt, openedAt + age) - openedAt;
  expect(ages).toEqual([0, 1_000, 10_000, 60_000, 120_000, 180_000, 240_000]);
});

test("a connection that was idle for hours expires once, not once for each minute missed", () => {
  expect(nextPlanExpiryMs(0, 7_200_001)).toBe(7_260_000);
});

test("a clock that was set back does not stop the rhythm", () => {
  expect(nextPlanExpiryMs(10_000, 4_000)).toBe(11_000);
});
