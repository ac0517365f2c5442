import { expect, test } from "vitest";
import { type ExecutionSettings, executionConfig } from "../../../src/config/execution-config.ts";
import type { PoolUsage } from "../../../src/database/database.ts";
import { AdaptiveConcurrency } from "../../../src/engine/concurrency/adaptive-concurrency.ts";
import type { ProcessLoad } from "../../../src/engine/concurrency/pressure.ts";
import { ProcessLoadMeter } from "../../../src/engine/concurrency/process-load-meter.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { type LogLine, recordingLog } from "../../../src/testing/run/test-engine.ts";

/** A pool and a process that a test sets, and what was decided from them. */
function watch(settings: ExecutionSettings = {}) {
  const clock = new ManualClock();
  const lines: LogLine[] = [];
  const limits: number[] = [];
  const asked = { pool: 0, load: 0 };
  const state = {
    pool: { size: 20, busy: 0, waiting: 0 } as PoolUsage | (() => never),
    load: { eventLoopDelayMs: 0, memoryShare: 0 } as ProcessLoad | (() => never),
  };
  const read = <T>(value: T | (() => never)): T => (value instanceof Function ? value() : value);
  const adaptive = new AdaptiveConcurrency(
    executionConfig({ steps_per_connection: 1, ...settings }),
    { clock, log: recordingLog(lines), setLimit: (limit) => limits.push(limit) },
    {
      pool: () => {
        asked.pool += 1;
        return read(state.pool);
      },
      load: () => {
        asked.load += 1;
        return read(state.load);
      },
    },
  );
  const seconds = (count: number) => {
    for (let second = 0; second < count; second += 1) clock.advance(1_000);
  };
  return { adaptive, clock, lines, limits, asked, state, seconds };
}

test("decides at once, and then once in every concurrency_cache_duration", () => {
  const { adaptive, limits, state, seconds } = watch({ concurrency_cache_duration: 10 });
  adaptive.start();
  expect(adaptive.decision).toMatchObject({ limit: 12, poolPressure: "low", loadPressure: "low" });
  state.pool = { size: 20, busy: 19, waiting: 0 };
  seconds(9);
  expect(adaptive.decision.limit).toBe(12);
  seconds(1);
  expect(adaptive.decision).toMatchObject({ limit: 3, poolPressure: "critical" });
  expect(limits).toEqual([3]);
  adaptive.stop();
});

test("goes by the average use of the pool since the last decision, not by an accident", () => {
  const { adaptive, state, seconds } = watch({ concurrency_cache_duration: 10 });
  adaptive.start();
  state.pool = { size: 20, busy: 20, waiting: 0 };
  seconds(1);
  state.pool = { size: 20, busy: 2, waiting: 0 };
  seconds(9);
  expect(adaptive.decision).toMatchObject({ pool: { busy: 3.8, utilization: 0.19 }, poolPressure: "low", limit: 12 });
  adaptive.stop();
});

test("keeps a health assessment for health_assessment_cache_duration", () => {
  const { adaptive, asked, state, seconds } = watch({
    concurrency_cache_duration: 1,
    health_assessment_cache_duration: 20,
  });
  adaptive.start();
  state.load = { eventLoopDelayMs: 60, memoryShare: 0 };
  seconds(19);
  expect([asked.load, adaptive.decision.limit]).toEqual([1, 12]);
  seconds(1);
  expect([asked.load, adaptive.decision.limit]).toEqual([2, 4]);
  adaptive.stop();
});

test("logs a change at the level that is configured, and nothing while all stays the same", () => {
  for (const [level, logged] of [
    ["info", "info"],
    ["fatal", "error"],
  ] as const) {
    const { adaptive, lines, state, seconds } = watch({
      concurrency_cache_duration: 5,
      connection_health_log_level: level,
    });
    adaptive.start();
    const before = lines.length;
    state.pool = { size: 20, busy: 16, waiting: 0 };
    seconds(20);
    expect(lines.slice(before)).toEqual([
      {
        level: logged,
        facts: expect.objectContaining({ before: 12, limit: 3, poolPressure: "high" }),
        message: "concurrency changed",
      },
    ]);
    adaptive.stop();
  }
});

test("uses the least concurrency while the pool or the load cannot be read, and recovers", () => {
  const { adaptive, lines, state, seconds } = watch({
    concurrency_cache_duration: 1,
    health_assessment_cache_duration: 1,
  });
  adaptive.start();
  const fine = state.pool;
  state.pool = () => {
    throw new Error("no pool");
  };
  seconds(1);
  expect(adaptive.decision).toMatchObject({ limit: 3, poolPressure: "unknown" });
  expect(lines.filter(({ level }) => level === "warn")).toMatchObject([
    { message: "the pool of connections could not be read: the least concurrency is used" },
  ]);
  state.pool = fine;
  state.load = () => {
    throw new Error("no load");
  };
  seconds(1);
  expect(adaptive.decision).toMatchObject({ limit: 3, poolPressure: "low", loadPressure: "unknown" });
  state.load = { eventLoopDelayMs: 0, memoryShare: 0 };
  seconds(1);
  expect(adaptive.decision.limit).toBe(12);
  adaptive.stop();
});

test("does nothing any more once it is stopped", () => {
  const { adaptive, clock, asked, seconds } = watch();
  adaptive.start();
  adaptive.stop();
  const before = { ...asked };
  seconds(60);
  expect(asked).toEqual(before);
  expect(clock.timers).toEqual([]);
});

test("measures this process: its memory, and how late its timers are", async () => {
  const meter = new ProcessLoadMeter();
  meter.start();
  await new Promise((resolve) => setTimeout(resolve, 30));
  const end = performance.now() + 120;
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const load = meter.read();
  expect(load.eventLoopDelayMs).toBeGreaterThan(10);
  expect(load.memoryShare).toBeGreaterThan(0);
  expect(load.memoryShare).toBeLessThanOrEqual(1);
  expect(meter.read().eventLoopDelayMs).toBeGreaterThanOrEqual(0);
  meter.stop();
});
