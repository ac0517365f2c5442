import { describe, expect, test } from "vitest";
import { batchTimeoutSeconds, executionConfig } from "../../src/config/execution-config.ts";
import { EXECUTION_PRESETS } from "../../src/config/execution-presets.ts";
import { sameSettings } from "../../src/config/same-settings.ts";
import { ConfigurationError } from "../../src/errors/index.ts";

function refusalOf(settings: unknown): ConfigurationError {
  try {
    executionConfig(settings as Parameters<typeof executionConfig>[0]);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("the section execution", () => {
  test("has the reference's defaults", () => {
    expect(executionConfig()).toEqual({
      min_concurrent_steps: 3,
      max_concurrent_steps_limit: 12,
      concurrency_cache_duration: 30,
      steps_per_connection: 25,
      connection_pressure_factors: { low: 0.8, moderate: 0.6, high: 0.4, critical: 0.2 },
      health_assessment_cache_duration: 30,
      event_loop_delay_limits_ms: { moderate: 20, high: 50, critical: 150 },
      memory_limits: { moderate: 0.7, high: 0.8, critical: 0.9 },
      connection_health_log_level: "debug",
      batch_timeout_base_seconds: 30,
      batch_timeout_per_step_seconds: 5,
      max_batch_timeout_seconds: 120,
      batch_timeout_as_step_deadline: false,
    });
  });

  test("keeps those of a mapping that are not given", () => {
    expect(executionConfig({ connection_pressure_factors: { low: 0.9 } }).connection_pressure_factors).toEqual({
      low: 0.9,
      moderate: 0.6,
      high: 0.4,
      critical: 0.2,
    });
  });

  test("takes single values and keeps the other defaults", () => {
    const config = executionConfig({ max_concurrent_steps_limit: 40, connection_health_log_level: "info" });
    expect(config).toMatchObject({ min_concurrent_steps: 3, max_concurrent_steps_limit: 40 });
    expect(config.connection_health_log_level).toBe("info");
  });

  test("cannot be changed, only replaced by another one", () => {
    const config = executionConfig();
    expect(Object.isFrozen(config) && Object.isFrozen(config.connection_pressure_factors)).toBe(true);
    const other = executionConfig({ ...config, min_concurrent_steps: 5 });
    expect([config.min_concurrent_steps, other.min_concurrent_steps]).toEqual([3, 5]);
  });

  test("is compared by what it holds, and is a mapping of keys to values that JSON keeps", () => {
    const config = executionConfig();
    expect(sameSettings(config, executionConfig({}))).toBe(true);
    expect(sameSettings(config, executionConfig({ min_concurrent_steps: 4 }))).toBe(false);
    const text = '{"min_concurrent_steps":4,"memory_limits":{"critical":0.9,"high":0.8,"moderate":0.7}}';
    expect(sameSettings(executionConfig(JSON.parse(text)), executionConfig({ min_concurrent_steps: 4 }))).toBe(true);
    expect(executionConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
    expect([sameSettings([1], { 0: 1 }), sameSettings({ a: 1 }, { b: 1 }), sameSettings({ a: 1 }, null)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test.each([
    [{ min_concurrent_steps: 0 }, "execution.min_concurrent_steps is 0, expected a whole number from 1 to 1000000"],
    [{ max_concurrent_steps_limit: -1 }, "execution.max_concurrent_steps_limit is -1, expected a whole number"],
    [{ min_concurrent_steps: 2.5 }, "execution.min_concurrent_steps is 2.5, expected a whole number"],
    [{ min_concurrent_steps: "4" }, 'execution.min_concurrent_steps is "4", expected a whole number'],
    [
      { min_concurrent_steps: 20 },
      "execution.min_concurrent_steps is 20, expected at most max_concurrent_steps_limit, which is 12",
    ],
    [{ concurrency_cache_duration: 0 }, "execution.concurrency_cache_duration is 0, expected a whole number from 1"],
    [{ health_assessment_cache_duration: 0 }, "execution.health_assessment_cache_duration is 0, expected a whole"],
    [{ batch_timeout_base_seconds: 0 }, "execution.batch_timeout_base_seconds is 0, expected a whole number from 1"],
    [{ batch_timeout_per_step_seconds: -5 }, "execution.batch_timeout_per_step_seconds is -5, expected a whole number"],
    [
      { max_batch_timeout_seconds: 30 },
      "execution.max_batch_timeout_seconds is 30, expected more than batch_timeout_base_seconds, which is 30",
    ],
    [
      { connection_pressure_factors: { low: 1.1, moderate: 0.6, high: 0.4, critical: 0.2 } },
      "execution.connection_pressure_factors.low is 1.1, expected a number from 0 to 1",
    ],
    [
      { memory_limits: { moderate: 0.9, high: 0.8, critical: 0.95 } },
      "expected limits that do not fall from moderate to critical",
    ],
    [
      { connection_health_log_level: "loud" },
      'execution.connection_health_log_level is "loud", expected one of debug, info, warn, error, fatal',
    ],
    [
      { min_concurent_steps: 4 },
      'execution.min_concurent_steps is 4, expected a key that is known (did you mean "min_concurrent_steps"?)',
    ],
    [7, "execution is 7, expected a mapping with the keys min_concurrent_steps,"],
  ])("refuses %o, naming key, value and what was expected", (settings, message) => {
    expect(refusalOf(settings).message).toContain(message);
  });

  test("lists everything that is wrong at once", () => {
    const refusal = refusalOf({ min_concurrent_steps: 0, connection_health_log_level: 3 });
    expect(refusal.message.split("; ")).toHaveLength(2);
    expect(refusal.context).toMatchObject({
      option: "execution.min_concurrent_steps",
      value: 0,
      violations: [{ option: "execution.min_concurrent_steps" }, { option: "execution.connection_health_log_level" }],
    });
  });

  test.each([
    [1, 35],
    [5, 55],
    [10, 80],
    [100, 120],
  ])("gives a batch of %d steps %d seconds", (steps, seconds) => {
    expect(batchTimeoutSeconds(executionConfig(), steps)).toBe(seconds);
  });

  test("comes in the documented presets", () => {
    const figures = Object.entries(EXECUTION_PRESETS).map(([name, config]) => [
      name,
      config.min_concurrent_steps,
      config.max_concurrent_steps_limit,
      config.concurrency_cache_duration,
      config.batch_timeout_base_seconds,
      config.batch_timeout_per_step_seconds,
      config.max_batch_timeout_seconds,
    ]);
    expect(figures).toEqual([
      ["development", 2, 6, 60, 20, 5, 60],
      ["production", 5, 25, 15, 45, 8, 300],
      ["high_performance", 10, 50, 10, 60, 10, 600],
      ["api_heavy", 3, 8, 45, 60, 15, 300],
      ["database_heavy", 3, 8, 45, 30, 8, 180],
      ["mixed", 4, 16, 20, 35, 7, 200],
      ["test", 1, 3, 5, 10, 2, 30],
    ]);
  });
});
