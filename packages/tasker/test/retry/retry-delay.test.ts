import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffSeconds, DEFAULT_BACKOFF } from "../../src/retry/backoff.ts";
import { retryDelayMs } from "../../src/retry/retry-delay.ts";

const policy = DEFAULT_BACKOFF;

describe("the delay before a retry", () => {
  test("is what was asked for, in whole milliseconds", () => {
    expect(retryDelayMs({ attempt: 3, retryAfterSeconds: 7, policy, random: 0 })).toBe(7000);
    expect(retryDelayMs({ attempt: 3, retryAfterSeconds: 1.1, policy, random: 0 })).toBe(1100);
    expect(retryDelayMs({ attempt: 3, retryAfterSeconds: 0.0004, policy, random: 0 })).toBe(0);
    expect(retryDelayMs({ attempt: 3, retryAfterSeconds: 0, policy, random: 0 })).toBe(0);
  });

  test("is capped, whoever asks", () => {
    expect(retryDelayMs({ attempt: 1, retryAfterSeconds: 301, policy, random: 0 })).toBe(300_000);
    expect(retryDelayMs({ attempt: 1, retryAfterSeconds: Number.POSITIVE_INFINITY, policy, random: 0 })).toBe(300_000);
  });

  test.each([[null], [undefined], [-1], [Number.NaN]])("is backoff's when %j was asked for", (retryAfterSeconds) => {
    expect(retryDelayMs({ attempt: 3, retryAfterSeconds, policy, random: 0.75 })).toBe(4200);
  });

  test("is a whole number from 0 to the cap, and backoff's where nothing was asked for", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.option(fc.double()),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, retryAfterSeconds, random) => {
          const delay = retryDelayMs({ attempt, retryAfterSeconds, policy, random });
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(policy.maxSeconds * 1000);
          if (retryAfterSeconds === null) {
            expect(delay).toBe(Math.round(backoffSeconds(attempt, policy, random) * 1000));
          }
        },
      ),
    );
  });
});
