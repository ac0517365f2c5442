import { describe, expect, test } from "vitest";
import { type BackoffSettings, backoffConfig, backoffPolicy } from "../../src/config/backoff-config.ts";
import { batchTimeoutSeconds, type ExecutionSettings, executionConfig } from "../../src/config/execution-config.ts";
import { optimalConcurrency } from "../../src/engine/concurrency/optimal-concurrency.ts";
import { type ReenqueueStatus, TaskReenqueuer } from "../../src/engine/strategies/task-reenqueuer.ts";
import { backoffSeconds } from "../../src/retry/backoff.ts";

const waitAfter = (attempt: number) => (settings: BackoffSettings) =>
  backoffSeconds(attempt, backoffPolicy(backoffConfig(settings)), 0.9);

const lookAfter = (status: ReenqueueStatus, nextDueAt: number | null) => (settings: BackoffSettings) =>
  new TaskReenqueuer(backoffConfig(settings)).lookAgainAt({
    taskId: 1,
    namespace: "shop",
    name: "order",
    version: "1.0.0",
    status,
    now: 0,
    nextDueAt,
  });

describe("the section backoff", () => {
  test.each<[string, BackoffSettings, (settings: BackoffSettings) => number]>([
    ["default_backoff_seconds", { default_backoff_seconds: [90] }, waitAfter(1)],
    ["max_backoff_seconds", { max_backoff_seconds: 20 }, waitAfter(6)],
    ["backoff_multiplier", { backoff_multiplier: 1.5 }, waitAfter(9)],
    ["jitter_enabled", { jitter_enabled: false }, waitAfter(6)],
    ["jitter_max_percentage", { jitter_max_percentage: 0.5 }, waitAfter(6)],
    [
      "reenqueue_delays.has_ready_steps",
      { reenqueue_delays: { has_ready_steps: 7 } },
      lookAfter("has_ready_steps", null),
    ],
    [
      "reenqueue_delays.waiting_for_dependencies",
      { reenqueue_delays: { waiting_for_dependencies: 7 } },
      lookAfter("waiting_for_dependencies", null),
    ],
    ["reenqueue_delays.processing", { reenqueue_delays: { processing: 7 } }, lookAfter("processing", null)],
    ["default_reenqueue_delay", { default_reenqueue_delay: 7 }, lookAfter("context_unavailable", null)],
    ["buffer_seconds", { buffer_seconds: 7 }, lookAfter("waiting_for_dependencies", 60_000)],
  ])("goes by %s", (_option, changed, effect) => {
    expect(effect(changed)).not.toBe(effect({}));
  });
});

const CALM = { eventLoopDelayMs: 0, memoryShare: 0 };
/** Steps at a time with so many of 20 connections busy, a step for each connection. */
const withBusy = (busy: number) => (settings: ExecutionSettings) =>
  optimalConcurrency(
    { size: 20, busy, waiting: 0 },
    CALM,
    executionConfig({ max_concurrent_steps_limit: 40, steps_per_connection: 1, ...settings }),
  ).limit;
const withLoad = (load: typeof CALM) => (settings: ExecutionSettings) =>
  optimalConcurrency(null, load, executionConfig(settings)).limit;
const batchOf = (steps: number) => (settings: ExecutionSettings) =>
  batchTimeoutSeconds(executionConfig(settings), steps);

describe("the section execution", () => {
  test.each<[string, ExecutionSettings, (settings: ExecutionSettings) => number]>([
    ["min_concurrent_steps", { min_concurrent_steps: 6 }, withBusy(20)],
    ["max_concurrent_steps_limit", { max_concurrent_steps_limit: 5 }, withBusy(0)],
    ["steps_per_connection", { steps_per_connection: 2 }, withBusy(5)],
    ["connection_pressure_factors.low", { connection_pressure_factors: { low: 0.4 } }, withBusy(2)],
    ["connection_pressure_factors.moderate", { connection_pressure_factors: { moderate: 0.4 } }, withBusy(11)],
    [
      "connection_pressure_factors.high",
      { connection_pressure_factors: { high: 1 }, steps_per_connection: 2 },
      (settings: ExecutionSettings) => withBusy(15)({ steps_per_connection: 2, ...settings }),
    ],
    [
      "connection_pressure_factors.critical",
      { connection_pressure_factors: { critical: 1 } },
      (settings: ExecutionSettings) => withBusy(18)({ steps_per_connection: 10, ...settings }),
    ],
    [
      "event_loop_delay_limits_ms.moderate",
      { event_loop_delay_limits_ms: { moderate: 5 } },
      withLoad({ ...CALM, eventLoopDelayMs: 10 }),
    ],
    [
      "event_loop_delay_limits_ms.high",
      { event_loop_delay_limits_ms: { high: 25 } },
      withLoad({ ...CALM, eventLoopDelayMs: 30 }),
    ],
    [
      "event_loop_delay_limits_ms.critical",
      { event_loop_delay_limits_ms: { critical: 60 } },
      withLoad({ ...CALM, eventLoopDelayMs: 100 }),
    ],
    ["memory_limits.moderate", { memory_limits: { moderate: 0.2 } }, withLoad({ ...CALM, memoryShare: 0.5 })],
    ["memory_limits.high", { memory_limits: { high: 0.72 } }, withLoad({ ...CALM, memoryShare: 0.75 })],
    ["memory_limits.critical", { memory_limits: { critical: 0.82 } }, withLoad({ ...CALM, memoryShare: 0.85 })],
    ["batch_timeout_base_seconds", { batch_timeout_base_seconds: 10 }, batchOf(1)],
    ["batch_timeout_per_step_seconds", { batch_timeout_per_step_seconds: 10 }, batchOf(1)],
    ["max_batch_timeout_seconds", { max_batch_timeout_seconds: 60 }, batchOf(100)],
  ])("goes by %s", (_option, changed, effect) => {
    expect(effect(changed)).not.toBe(effect({}));
  });
});
