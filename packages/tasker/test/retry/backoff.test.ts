import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BackoffPolicy, backoffSeconds, DEFAULT_BACKOFF } from "../../src/retry/backoff.ts";

const WITHOUT_JITTER: BackoffPolicy = { ...DEFAULT_BACKOFF, jitter: 0 };

/** Random numbers as `Math.random` gives them: in [0, 1). */
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempt = fc.integer({ min: 1, max: 1_000_000 });
const policy: fc.Arbitrary<BackoffPolicy> = fc.record({
  progressionSeconds: fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { maxLength: 8 }),
  maxSeconds: fc.double({ min: 0, max: 100_000, noNaN: true }),
  exponent: fc.double({ min: 0, max: 1_000, noNaN: true }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe("backoff", () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 8],
    [5, 16],
    [6, 32],
    [7, 49],
    [8, 64],
    [9, 81],
    [17, 289],
    [18, 300],
    [1_000, 300],
  ])("after attempt %d without jitter is %d seconds", (attempts, seconds) => {
    expect(backoffSeconds(attempts, WITHOUT_JITTER, 0.9)).toBe(seconds);
  });

  test("before any attempt is nothing", () => {
    expect(backoffSeconds(0, DEFAULT_BACKOFF, 0.5)).toBe(0);
    expect(backoffSeconds(-3, DEFAULT_BACKOFF, 0.5)).toBe(0);
  });

  test("jitter moves the wait by its share, up or down, from the first attempt on", () => {
    expect(backoffSeconds(1, DEFAULT_BACKOFF, 0)).toBeCloseTo(0.9, 10);
    expect(backoffSeconds(1, DEFAULT_BACKOFF, 0.5)).toBe(1);
    expect(backoffSeconds(1, DEFAULT_BACKOFF, 0.75)).toBeCloseTo(1.05, 10);
    expect(backoffSeconds(6, DEFAULT_BACKOFF, 0)).toBeCloseTo(28.8, 10);
  });

  test("at the cap jitter still shortens the wait, and never lengthens it", () => {
    expect(backoffSeconds(100, DEFAULT_BACKOFF, 0)).toBe(270);
    expect(backoffSeconds(100, DEFAULT_BACKOFF, 0.99)).toBe(300);
  });

  test("without a progression the exponent decides from the first attempt on", () => {
    const squares = { ...WITHOUT_JITTER, progressionSeconds: [] };
    expect([1, 2, 3].map((attempts) => backoffSeconds(attempts, squares, 0))).toEqual([1, 4, 9]);
    expect(backoffSeconds(3, { ...squares, exponent: 1.5 }, 0)).toBe(5);
  });

  test.each([[1.5], [Number.NaN], [Number.POSITIVE_INFINITY]])("attempt %d is refused", (attempts) => {
    expect(() => backoffSeconds(attempts, DEFAULT_BACKOFF, 0)).toThrow(RangeError);
  });

  test("is never negative and never above the cap, for any policy", () => {
    fc.assert(
      fc.property(attempt, policy, random, (attempts, any, chance) => {
        const seconds = backoffSeconds(attempts, any, chance);
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(any.maxSeconds);
      }),
    );
  });

  test("stays within the share of jitter around the wait without it", () => {
    fc.assert(
      fc.property(attempt, policy, random, (attempts, any, chance) => {
        const planned = backoffSeconds(attempts, { ...any, jitter: 0 }, chance);
        const seconds = backoffSeconds(attempts, any, chance);
        const slack = 1e-9 * (planned + 1);
        expect(Math.abs(seconds - planned)).toBeLessThanOrEqual(planned * any.jitter + slack);
      }),
    );
  });

  test("grows with the attempts until it reaches the cap, and with the cap", () => {
    fc.assert(
      fc.property(attempt, random, fc.double({ min: 0, max: 1_000, noNaN: true }), (attempts, chance, cap) => {
        const low = { ...DEFAULT_BACKOFF, maxSeconds: cap };
        const wait = backoffSeconds(attempts, low, chance);
        expect(backoffSeconds(attempts + 1, low, chance)).toBeGreaterThanOrEqual(wait);
        expect(backoffSeconds(attempts, { ...low, maxSeconds: cap + 1 }, chance)).toBeGreaterThanOrEqual(wait);
      }),
    );
  });
});
