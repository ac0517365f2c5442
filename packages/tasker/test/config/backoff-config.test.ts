import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffConfig, backoffPolicy } from "../../src/config/backoff-config.ts";
import { sameSettings } from "../../src/config/same-settings.ts";
import { ConfigurationError } from "../../src/errors/index.ts";
import { backoffSeconds } from "../../src/retry/backoff.ts";

const secondsAfter = (attempt: number, settings: Parameters<typeof backoffConfig>[0], random = 0.5) =>
  backoffSeconds(attempt, backoffPolicy(backoffConfig(settings)), random);

describe("the section backoff", () => {
  test("has the reference's defaults, without a buffer: the engine wakes at the very moment", () => {
    expect(backoffConfig()).toEqual({
      default_backoff_seconds: [1, 2, 4, 8, 16, 32],
      max_backoff_seconds: 300,
      backoff_multiplier: 2,
      jitter_enabled: true,
      jitter_max_percentage: 0.1,
      reenqueue_delays: { has_ready_steps: 0, waiting_for_dependencies: 45, processing: 10 },
      default_reenqueue_delay: 30,
      buffer_seconds: 0,
    });
  });

  test.each([
    [0, 0],
    [-1, 0],
    [1, 1],
    [3, 4],
    [6, 32],
    [7, 49],
    [100, 300],
  ])("waits after attempt %d for %d seconds", (attempt, seconds) => {
    expect(secondsAfter(attempt, { jitter_enabled: false })).toBe(seconds);
  });

  test("takes another list, exponent and cap", () => {
    const settings = { default_backoff_seconds: [5, 10], backoff_multiplier: 1.5, jitter_enabled: false };
    expect([1, 2, 3].map((attempt) => secondsAfter(attempt, settings))).toEqual([5, 10, 5]);
    expect(secondsAfter(50, { ...settings, max_backoff_seconds: 60 })).toBe(60);
  });

  test("keeps jitter within its share, and has none when it is switched off", () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), random, (attempt, chance) => {
        const planned = secondsAfter(attempt, { jitter_enabled: false }, chance);
        const jittered = secondsAfter(attempt, { jitter_max_percentage: 0.2 }, chance);
        expect(planned).toBe(secondsAfter(attempt, { jitter_enabled: false }, 0));
        expect(Math.abs(jittered - planned)).toBeLessThanOrEqual(planned * 0.2 + 1e-9);
        expect(jittered).toBeLessThanOrEqual(300);
      }),
    );
  });

  test("keeps the delays that are not given, is frozen, and is compared by what it holds", () => {
    const config = backoffConfig({ reenqueue_delays: { processing: 20 } });
    expect(config.reenqueue_delays).toEqual({ has_ready_steps: 0, waiting_for_dependencies: 45, processing: 20 });
    expect(Object.isFrozen(config.reenqueue_delays) && Object.isFrozen(config.default_backoff_seconds)).toBe(true);
    expect(sameSettings(config, backoffConfig(JSON.parse(JSON.stringify(config))))).toBe(true);
    expect(sameSettings(config, backoffConfig())).toBe(false);
  });

  test.each([
    [{ default_backoff_seconds: 5 }, "backoff.default_backoff_seconds is 5, expected a list of whole numbers"],
    [{ default_backoff_seconds: [1, 2.5] }, "backoff.default_backoff_seconds[1] is 2.5, expected a whole number"],
    [{ default_backoff_seconds: ["1"] }, 'backoff.default_backoff_seconds[0] is "1", expected a whole number'],
    [{ max_backoff_seconds: "300" }, 'backoff.max_backoff_seconds is "300", expected a whole number from 1'],
    [{ backoff_multiplier: "2" }, 'backoff.backoff_multiplier is "2", expected a number from 0 to 100'],
    [{ jitter_enabled: "yes" }, 'backoff.jitter_enabled is "yes", expected true or false'],
    [{ jitter_max_percentage: 10 }, "backoff.jitter_max_percentage is 10, expected a number from 0 to 1"],
    [{ reenqueue_delays: { processing: -1 } }, "backoff.reenqueue_delays.processing is -1, expected a whole number"],
    [{ reenqueue_delays: { procesing: 1 } }, 'did you mean "processing"?'],
    [{ buffer_seconds: -1 }, "backoff.buffer_seconds is -1, expected a whole number from 0"],
    [{ default_reenqueue_delay: null }, "backoff.default_reenqueue_delay is null, expected a whole number from 0"],
  ])("refuses %o", (settings, message) => {
    const parse = () => backoffConfig(settings as Parameters<typeof backoffConfig>[0]);
    expect(parse).toThrow(ConfigurationError);
    expect(parse).toThrow(message);
  });
});
