import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { executionConfig } from "../../../src/config/execution-config.ts";
import { optimalConcurrency } from "../../../src/engine/concurrency/optimal-concurrency.ts";
import { assessPool } from "../../../src/engine/concurrency/pressure.ts";

const CALM = { eventLoopDelayMs: 0, memoryShare: 0.1 };
/** A step holds a connection while it runs, as in the reference. */
const AS_THERE = executionConfig({ steps_per_connection: 1 });

const pool = (size: number, busy: number, waiting = 0) => ({ size, busy, waiting });
const limitFor = (...args: Parameters<typeof optimalConcurrency>) => optimalConcurrency(...args).limit;

describe("the pressure on a pool", () => {
  test.each([
    [pool(10, 2), 0.2, "low"],
    [pool(10, 5), 0.5, "low"],
    [pool(10, 6), 0.6, "moderate"],
    [pool(10, 8), 0.8, "high"],
    [pool(10, 9), 0.9, "critical"],
    [pool(7, 2), 0.286, "low"],
    [pool(4, 6), 1.5, "critical"],
  ] as const)("of %o is rated %d, %s", (usage, utilization, pressure) => {
    expect(assessPool(usage)).toMatchObject({ utilization, pressure });
  });

  test("counts calls that wait as connections that are taken", () => {
    expect(assessPool(pool(10, 4, 3)).available).toBe(3);
    expect(assessPool(pool(10, 10, 30)).available).toBe(0);
  });
});

describe("the concurrency", () => {
  test.each([
    [pool(10, 2), 6],
    [pool(10, 6), 3],
    [pool(10, 8), 3],
    [pool(10, 9), 3],
    [pool(20, 2), 12],
  ])("for %o is %d where a step holds a connection", (usage, steps) => {
    expect(limitFor(usage, CALM, AS_THERE)).toBe(steps);
  });

  test("counts the steps that a connection carries", () => {
    const config = executionConfig({ max_concurrent_steps_limit: 100 });
    expect(limitFor(pool(4, 0), CALM, config)).toBe(80);
    expect(limitFor(pool(4, 2), CALM, config)).toBe(40);
    expect(limitFor(pool(4, 3), CALM, config)).toBe(7);
  });

  test("follows the factors", () => {
    const config = executionConfig({
      min_concurrent_steps: 1,
      max_concurrent_steps_limit: 1_000,
      steps_per_connection: 10,
      connection_pressure_factors: { low: 0.5, moderate: 0.4, high: 0.3, critical: 0.2 },
    });
    expect(limitFor(pool(20, 2), CALM, config)).toBe(90);
    expect(limitFor(pool(20, 12), CALM, config)).toBe(32);
    expect(limitFor(pool(20, 16), CALM, config)).toBe(8);
    expect(limitFor(pool(20, 18), CALM, config)).toBe(2);
  });

  test.each([
    [{ eventLoopDelayMs: 5, memoryShare: 0.2 }, "low", 12],
    [{ eventLoopDelayMs: 20, memoryShare: 0.2 }, "moderate", 8],
    [{ eventLoopDelayMs: 60, memoryShare: 0.2 }, "high", 4],
    [{ eventLoopDelayMs: 200, memoryShare: 0.2 }, "critical", 3],
    [{ eventLoopDelayMs: 0, memoryShare: 0.75 }, "moderate", 8],
    [{ eventLoopDelayMs: 25, memoryShare: 0.85 }, "high", 4],
    [{ eventLoopDelayMs: 0, memoryShare: 0.95 }, "critical", 3],
  ] as const)("under the load %o, which is %s, is %d", (load, pressure, steps) => {
    expect(optimalConcurrency(null, load, executionConfig())).toMatchObject({ limit: steps, loadPressure: pressure });
  });

  test("follows the limits of delay and memory", () => {
    const config = executionConfig({
      event_loop_delay_limits_ms: { moderate: 1, high: 2, critical: 3 },
      memory_limits: { moderate: 0.01, high: 0.02, critical: 1 },
    });
    expect(limitFor(null, { eventLoopDelayMs: 1.5, memoryShare: 0 }, config)).toBe(8);
    expect(limitFor(null, { eventLoopDelayMs: 0, memoryShare: 0.03 }, config)).toBe(4);
  });

  test.each([
    ["a pool that could not be read", undefined, CALM],
    ["a pool without connections", pool(0, 0), CALM],
    ["a pool with nonsense figures", pool(10, Number.NaN), CALM],
    ["a pool with negative figures", pool(10, -3), CALM],
    ["an endless pool", pool(Number.POSITIVE_INFINITY, 1), CALM],
    ["a load that could not be read", null, undefined],
    ["a load with nonsense figures", null, { eventLoopDelayMs: Number.NaN, memoryShare: 0 }],
    ["a load with negative figures", null, { eventLoopDelayMs: 0, memoryShare: -1 }],
  ])("is the least for %s, and says that it is not known", (_what, usage, load) => {
    const decision = optimalConcurrency(usage, load, executionConfig({ min_concurrent_steps: 2 }));
    expect(decision.limit).toBe(2);
    expect([decision.poolPressure, decision.loadPressure]).toContain("unknown");
  });

  const config = fc
    .record({
      bounds: fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 500 })),
      perConnection: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
      factors: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
    })
    .map(({ bounds: [least, more], perConnection, factors }) => {
      const [critical = 0, high = 0, moderate = 0, low = 0] = factors.toSorted((a, b) => a - b);
      return executionConfig({
        min_concurrent_steps: least,
        max_concurrent_steps_limit: least + more,
        steps_per_connection: perConnection,
        connection_pressure_factors: { low, moderate, high, critical },
      });
    });
  const anything = fc.oneof(fc.integer({ min: -5, max: 300 }), fc.double());
  const usage = fc.record({ size: anything, busy: anything, waiting: anything });
  const load = fc.record({ eventLoopDelayMs: anything, memoryShare: anything });

  test("is never below the least nor above the greatest, whatever it is given", () => {
    fc.assert(
      fc.property(fc.option(usage), fc.option(load, { nil: undefined }), config, (anyUsage, anyLoad, anyConfig) => {
        const limit = limitFor(anyUsage, anyLoad, anyConfig);
        expect(Number.isInteger(limit)).toBe(true);
        expect(limit).toBeGreaterThanOrEqual(anyConfig.min_concurrent_steps);
        expect(limit).toBeLessThanOrEqual(anyConfig.max_concurrent_steps_limit);
      }),
    );
  });

  test("does not grow when more connections are busy, more calls wait, timers are later or memory is scarcer", () => {
    const more = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 1, max: 100 }), more, more, more, more),
        fc.tuple(fc.double({ min: 0, max: 300, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
        fc.tuple(fc.double({ min: 0, max: 300, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
        config,
        ([size, busy, waiting, addBusy, addWaiting], [delay, memory], [addDelay, addMemory], anyConfig) => {
          const calm = limitFor(pool(size, busy, waiting), { eventLoopDelayMs: delay, memoryShare: memory }, anyConfig);
          const pressed = limitFor(
            pool(size, busy + addBusy, waiting + addWaiting),
            { eventLoopDelayMs: delay + addDelay, memoryShare: memory + addMemory },
            anyConfig,
          );
          expect(pressed).toBeLessThanOrEqual(calm);
        },
      ),
    );
  });
});
