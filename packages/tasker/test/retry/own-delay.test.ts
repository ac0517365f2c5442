import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ownDelaySeconds } from "../../src/retry/own-delay.ts";

const plain = { retryDelay: 2, exponential: true, jitterFactor: 0 };

describe("a wait of a step's own", () => {
  test("doubles from attempt to attempt, or stays the same", () => {
    expect([1, 2, 3, 4].map((attempt) => ownDelaySeconds(attempt, plain, 0.5))).toEqual([2, 4, 8, 16]);
    const constant = { ...plain, exponential: false };
    expect([1, 2, 3, 4].map((attempt) => ownDelaySeconds(attempt, constant, 0.5))).toEqual([2, 2, 2, 2]);
  });

  test("is the policy's where nothing is said, and a second where only growth is switched off", () => {
    expect(ownDelaySeconds(1, { ...plain, retryDelay: null }, 0.5)).toBeNull();
    expect(ownDelaySeconds(5, { ...plain, retryDelay: null, exponential: false }, 0.5)).toBe(1);
  });

  test("stays within its jitter, and is a number however often it was tried", () => {
    const delays = fc.record({
      retryDelay: fc.double({ min: 0, max: 1_000, noNaN: true }),
      exponential: fc.boolean(),
      jitterFactor: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: -5, max: 5_000 }),
        delays,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, delay, random) => {
          const planned = ownDelaySeconds(attempt, { ...delay, jitterFactor: 0 }, random) ?? Number.NaN;
          const seconds = ownDelaySeconds(attempt, delay, random) ?? Number.NaN;
          expect(Number.isFinite(seconds)).toBe(true);
          const margin = planned * 1e-9;
          expect(seconds).toBeGreaterThanOrEqual(planned * (1 - delay.jitterFactor) - margin);
          expect(seconds).toBeLessThanOrEqual(planned * (1 + delay.jitterFactor) + margin);
        },
      ),
    );
  });
});
