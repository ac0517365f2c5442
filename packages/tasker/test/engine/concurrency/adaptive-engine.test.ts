import { expect, test } from "vitest";
import { Engine } from "../../../src/engine/engine.ts";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { HandlerRegistry } from "../../../src/handlers/registry.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { graphTemplate, makeGate, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const CALM = () => ({ eventLoopDelayMs: 0, memoryShare: 0 });
const wide = (count: number) => Array.from({ length: count }, (_, place) => `s${place}`).join(", ");

describeOnPostgres("concurrency on a pool of connections", () => {
  test("falls when others hold the connections, and rises again with the steps that waited", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    let running = 0;
    const template = graphTemplate(wide(20), {
      run: async () => {
        running += 1;
        await gate.promise;
      },
    });
    const { engine, clock } = await startEngine(database, [template], {
      execution: { min_concurrent_steps: 2, max_concurrent_steps_limit: 20, concurrency_cache_duration: 1 },
      concurrencySignals: { load: CALM },
    });
    const { size } = database.poolUsage() ?? { size: 0 };
    expect(size).toBeGreaterThan(1);
    const held = makeGate();
    const holders = Array.from({ length: size }, () => database.transaction(() => held.promise));
    await until(() => database.poolUsage()?.busy === size, "all connections are taken");
    // Looks and decides at the same moment; a second of it is enough to be sure.
    clock.advance(1_000);
    clock.advance(1_000);
    expect(engine.concurrency()).toMatchObject({ limit: 2, decision: { poolPressure: "critical", pool: { size } } });
    held.open();
    await Promise.all(holders);

    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => running === 2, "as many as there are slots");
    expect(engine.executions().filter(({ state }) => state === "unscheduled")).toHaveLength(18);
    await until(() => database.poolUsage()?.busy === 0, "the connections are free");
    clock.advance(1_000);
    clock.advance(1_000);
    expect(engine.concurrency()).toMatchObject({ limit: 20, decision: { poolPressure: "low" } });
    await until(() => running === 20, "the others start without anything having ended");
    gate.open();
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(engine.concurrency().used).toBe(0);
    await expectCleanAuditTrail(database);
  });

  test("follows a pool of the user's own, which handlers use", async () => {
    const database = await useDatabase(openTestDatabase);
    let busy = 0;
    const { engine, clock } = await startEngine(database, [], {
      execution: { concurrency_cache_duration: 1, steps_per_connection: 1 },
      concurrencySignals: { load: CALM, pool: () => ({ size: 50, busy, waiting: 0 }) },
    });
    expect(engine.concurrency().limit).toBe(12);
    busy = 48;
    clock.advance(1_000);
    expect(engine.concurrency()).toMatchObject({ limit: 3, decision: { pool: { size: 50, busy: 48 } } });
  });

  test("is refused beside a fixed number, and so are signals that nothing follows", async () => {
    const database = await useDatabase(openTestDatabase);
    const make = (options: object) => () => new Engine({ database, registry: new HandlerRegistry(), ...options });
    expect(make({ concurrency: 5, execution: {} })).toThrow(
      "engine option concurrency is 5, expected none beside execution",
    );
    expect(make({ concurrencySignals: {} })).toThrow("engine option concurrencySignals is given, expected none");
    expect(make({ execution: { min_concurrent_steps: 0 } })).toThrow(ConfigurationError);
    expect(make({ backoff: { buffer_seconds: -1 } })).toThrow(ConfigurationError);
  });
});

describeEachDatabase("concurrency", (open) => {
  test("is the fixed number unless the section execution is given", async () => {
    const database = await useDatabase(open);
    const { engine, clock } = await startEngine(database, [], { concurrency: 7 });
    expect(engine.concurrency()).toEqual({ limit: 7, used: 0, decision: null });
    expect(engine.statistics()).toMatchObject({ state: "running", tasks: 0, concurrency: { limit: 7 } });
    clock.advance(60_000);
    expect(engine.concurrency().limit).toBe(7);
  });

  test("measures the process by itself, and the pool where there is one", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a")], { execution: {} });
    const { decision } = engine.concurrency();
    expect(decision?.load?.memoryShare).toBeGreaterThan(0);
    expect(decision?.pool === null).toBe(database.kind === "embedded");
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });
});
