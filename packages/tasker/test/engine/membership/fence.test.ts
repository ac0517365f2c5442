import { expect, test } from "vitest";
import { Fence } from "../../../src/engine/membership/fence.ts";
import { monotonicMs } from "../../../src/engine/membership/monotonic-time.ts";
import { VitalSigns } from "../../../src/engine/membership/vital-signs.ts";

function makeFence() {
  const signs = new VitalSigns();
  let closings = 0;
  const fence = new Fence(signs, () => {
    closings += 1;
  });
  return { signs, fence, closings: () => closings };
}

test("a fence closes, once, when the lease could have ended, and opens only when it is told to", async () => {
  const { signs, fence, closings } = makeFence();
  expect(fence.holds()).toBe(true);
  signs.renew(monotonicMs() + 60_000);
  fence.guard();
  expect(fence.holds()).toBe(true);
  signs.loseGuard(monotonicMs() - 1);
  expect([fence.holds(), fence.holds(), closings()]).toEqual([false, false, 1]);
  let passed = false;
  const waiting = fence.whenOpen().then(() => {
    passed = true;
  });
  signs.renew(monotonicMs() + 60_000);
  expect(fence.holds()).toBe(false);
  expect(passed).toBe(false);
  fence.open();
  await waiting;
  expect(fence.holds()).toBe(true);
});

test("a lease ends no later by a lost guard than without, and a renewal that was overtaken does not shorten it", () => {
  const { signs } = makeFence();
  signs.renew(10_000);
  signs.renew(9_000);
  expect(signs.leaseEndsAt).toBe(10_000);
  signs.loseGuard(12_000);
  expect(signs.leaseEndsAt).toBe(10_000);
  signs.loseGuard(8_000);
  expect(signs.leaseEndsAt).toBe(8_000);
  signs.renew(13_000);
  expect(signs.leaseEndsAt).toBe(13_000);
});

test("progress is as old as the oldest of the loop's turn and of the work that waits in a lane", () => {
  const { signs } = makeFence();
  signs.turn();
  const now = monotonicMs();
  expect(signs.progressAgeMs(now)).toBeLessThan(1_000);
  signs.laneWaits(1);
  signs.turn();
  expect(signs.progressAgeMs(now + 5_000)).toBeGreaterThan(4_900);
  signs.laneRests(1);
  expect(new VitalSigns(signs.buffer).progressAgeMs(now + 5_000)).toBeGreaterThan(4_900);
  expect(signs.progressAgeMs(now - 5_000)).toBe(0);
});

test("a lane could not commit while the heartbeat, too, found the database away; an event loop can turn all the same", () => {
  const signs = new VitalSigns();
  const later = monotonicMs() + 60_000;
  const turns = new BigInt64Array(signs.buffer);
  signs.laneWaits(0);
  turns[2] = BigInt(Math.floor(later));
  expect(signs.progressAgeMs(later)).toBeGreaterThan(59_000);
  expect(signs.progressAgeMs(later, later - 1_000)).toBeLessThanOrEqual(1_001);
  signs.turn();
  expect(signs.progressAgeMs(later, later - 1_000)).toBeGreaterThan(59_000);
});
