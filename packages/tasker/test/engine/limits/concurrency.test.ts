import { expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  type Gate,
  graphTemplate,
  makeEngine,
  makeGate,
  readState,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { RunningCount } from "./running-count.ts";

const requests = (count: number, context: (place: number) => Record<string, unknown> = () => ({})) =>
  Array.from({ length: count }, (_, place) => ({
    name: "graph",
    context: context(place),
    idempotencyKey: `${place}`,
  }));

const permits = (database: Database) => database.query("select * from tasker_permits order by permit_no, limiter");
const waits = (database: Database) => database.query("select * from tasker_limit_waits");

/** Advances the clock until all tasks of the database are over. */
const finish = (database: Database, clock: ManualClock) =>
  until(async () => {
    clock.advance(100);
    return (await database.query("select from tasker_task_runs where wake_at is not null")).length === 0;
  }, "the end of all tasks");

const pause = () => new Promise<void>((resolve) => void setTimeout(resolve, 2));

describeOnPostgres("a limit on concurrency", () => {
  test("holds over all processes: of 200 steps in three never more than 3 run at once, and all complete", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const running = new RunningCount();
    const started = new Map<string, number>();
    const template = (engine: string) =>
      graphTemplate("a, b, c, d", {
        systemLimits: [{ name: "bank", key: null, concurrency: 3, rate: null }],
        steps: Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, { dependentSystem: "bank" }])),
        run: () => {
          started.set(engine, (started.get(engine) ?? 0) + 1);
          return running.during("bank", pause);
        },
      });
    await makeEngine(database, [template("outside")], { clock }).engine.submitMany(requests(50));
    const engines = await Promise.all(
      ["one", "two", "three"].map((name) => startEngine(database, [template(name)], { clock, maxTasks: 20 })),
    );
    await finish(database, clock);
    expect(running.most).toEqual(new Map([["bank", 3]]));
    expect([...started.values()].reduce((sum, count) => sum + count, 0)).toBe(200);
    expect([...started.keys()].sort()).toEqual(["one", "three", "two"]);
    expect(await database.query("select from tasker_tasks where not complete")).toEqual([]);
    for (const { engine } of engines) await engine.stop();
    expect([await permits(database), await waits(database)]).toEqual([[], []]);
    await expectCleanAuditTrail(database);
  });

  test("keeps a step without a slot and without holding up others; a permit given back here is passed on at once", async () => {
    const database = await useDatabase(openTestDatabase);
    const gates = new Map<number, Gate>();
    const order: string[] = [];
    const template = graphTemplate("limited, free", {
      steps: { limited: { limits: [{ name: "one", key: null, concurrency: 1, rate: null }] } },
      run: (task, _sequence, step) => {
        order.push(`${step.name} ${task.context.place}`);
        if (step.name === "free") return "free";
        const gate = makeGate();
        gates.set(Number(task.context.place), gate);
        return gate.promise;
      },
    });
    // Two slots: one for the step that runs, one for everything that is not limited.
    const { engine } = await startEngine(database, [template], { concurrency: 2 });
    const tasks = await engine.submitMany(requests(3, (place) => ({ place })));
    await until(() => order.length === 4, "the first limited step and all free ones");
    expect([...order].sort()).toEqual(["free 0", "free 1", "free 2", "limited 0"]);
    await until(async () => (await waits(database)).length === 1, "those that wait");
    expect(await waits(database)).toMatchObject([{ limiter: '["default","name","one"]', waiting: 2 }]);
    expect(await permits(database)).toMatchObject([{ limiter: '["default","name","one"]', task_id: tasks[0]?.taskId }]);
    // The clock stands still: nobody polls.
    gates.get(0)?.open();
    await until(() => gates.has(1), "the second");
    gates.get(1)?.open();
    await until(() => gates.has(2), "the third");
    expect(await readState(database, tasks[2]?.taskId ?? 0)).toBe("in_progress");
    gates.get(2)?.open();
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await until(async () => (await permits(database)).length === 0, "the last permit to be given back");
    expect(await waits(database)).toEqual([]);
    const [start] = await readTransitions(database, tasks[1]?.taskId ?? 0, "limited");
    expect(start).toMatchObject({ metadata: { limiters: ["name:one"], limit_wait: 0 } });
    await expectCleanAuditTrail(database);
  });

  test("passes its permits on by priority, then to who came first", async () => {
    const database = await useDatabase(openTestDatabase);
    const order: unknown[] = [];
    const gate = makeGate();
    const template = graphTemplate("a", {
      steps: { a: { limits: [{ name: null, key: null, concurrency: 1, rate: null }] } },
      run: async (task) => {
        order.push(task.context.name);
        if (task.context.name === "first") await gate.promise;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const first = await engine.submit({ name: "graph", context: { name: "first" } });
    await until(() => order.length === 1, "the first");
    const others = [];
    for (const [name, priority] of [
      ["low", -1],
      ["x", 0],
      ["high", 1],
      ["y", 0],
    ] as const) {
      others.push(await engine.submit({ name: "graph", context: { name }, priority }));
    }
    gate.open();
    for (const { taskId } of [first, ...others])
      expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(order).toEqual(["first", "high", "x", "y", "low"]);
  });

  test("frees the permits of a process that died when its tasks are taken over, not before", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const runs: string[] = [];
    const template = (engine: string) =>
      graphTemplate("a", {
        steps: { a: { limits: [{ name: "shared", key: null, concurrency: 2, rate: null }] } },
        run: (task) => {
          runs.push(`${engine} ${task.context.place}`);
          return engine === "dead" ? new Promise(() => undefined) : "done";
        },
      });
    const dead = await startEngine(database, [template("dead")], { clock });
    await dead.engine.submitMany(requests(4, (place) => ({ place })));
    await until(() => runs.length === 2, "two steps");
    const heir = await startEngine(database, [template("heir")], { clock, leaseMs: 300 });
    const late = await heir.engine.submit({ name: "graph", context: { place: "late" } });
    await until(async () => (await waits(database)).length === 2, "both to wait");
    for (let polls = 0; polls < 3; polls++) {
      clock.advance(500);
      await pause();
    }
    expect(runs).toHaveLength(2);
    await database.execute(`update tasker_processes set stopped_at = now() at time zone 'UTC'
      where process_id = 1`);
    await finish(database, clock);
    expect(await heir.engine.settled(late.taskId)).toMatchObject({ state: "complete" });
    expect(runs.slice(0, 2).every((run) => run.startsWith("dead"))).toBe(true);
    expect(runs.slice(2).sort()).toEqual(["heir 0", "heir 1", "heir 2", "heir 3", "heir late"]);
    await until(async () => (await permits(database)).length === 0, "the permits to be given back");
    await until(async () => (await waits(database)).length === 0, "nobody to wait");
    await expectCleanAuditTrail(database);
  });

  test("gives back what it holds when an engine stops, and what waits goes on elsewhere", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const runs: string[] = [];
    const template = (engine: string) =>
      graphTemplate("a", {
        steps: { a: { limits: [{ name: null, key: null, concurrency: 1, rate: null }] } },
        run: (task) => {
          runs.push(`${engine} ${task.context.place}`);
          return engine === "first" ? new Promise(() => undefined) : "done";
        },
      });
    const first = await startEngine(database, [template("first")], { clock });
    await first.engine.submitMany(requests(3, (place) => ({ place })));
    await until(() => runs.length === 1, "the first step");
    await until(async () => (await waits(database)).length === 1, "the others to wait");
    await first.engine.stop({ graceMs: 0 });
    expect([await permits(database), await waits(database)]).toEqual([[], []]);
    await startEngine(database, [template("second")], { clock });
    await finish(database, clock);
    expect(runs.sort()).toEqual(["first 0", "second 0", "second 1", "second 2"]);
    await expectCleanAuditTrail(database);
  });

  test("is one for each value of its key; tasks without a value share one", async () => {
    const database = await useDatabase(openTestDatabase);
    const running = new RunningCount();
    const template = defineTask({ name: "graph" })
      .step("a", {
        limits: [{ key: "customer.id", concurrency: 2 }],
        process: (task) => running.during(JSON.stringify(task.context.customer ?? null), pause),
      })
      .build();
    const { engine } = await startEngine(database, [template]);
    const customers = [{ id: 7 }, { id: "7" }, { id: "x".repeat(300) }, { id: null }, {}];
    const tasks = await engine.submitMany(
      requests(25, (place) => (place % 6 === 5 ? {} : { customer: customers[place % 6] })),
    );
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    const most = (...names: unknown[]) =>
      names.reduce<number>((sum, name) => sum + (running.most.get(JSON.stringify(name)) ?? 0), 0);
    expect(most({ id: "x".repeat(300) })).toBe(2);
    expect(Math.max(...running.most.values())).toBe(2);
  });
});

describeOnPostgres("a step under several limits", () => {
  test("starts when all of them have room; a step that has fewer limits does not wait for it", async () => {
    const database = await useDatabase(openTestDatabase);
    const running = new RunningCount();
    const run = (name: string) => () => running.during("bank", () => running.during(name, pause));
    const template = defineTask({
      name: "graph",
      dependentSystem: "bank",
      dependentSystems: { bank: { concurrency: 4 } },
      handlerLimits: { both: { concurrency: 1 } },
    })
      .step("both", { process: run("both") })
      .step("wide", { process: run("wide") })
      .build();
    const { engine } = await startEngine(database, [template]);
    const tasks = await engine.submitMany(requests(12));
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(running.most.get("both")).toBe(1);
    expect(running.most.get("bank")).toBeLessThanOrEqual(4);
    expect(running.most.get("wide")).toBeGreaterThan(1);
  });

  test("that runs once for each item of a list is limited in each of these runs; the join takes no permit", async () => {
    const database = await useDatabase(openTestDatabase);
    const running = new RunningCount();
    const template = graphTemplate("list -> each, each -> sum", {
      steps: {
        each: {
          forEach: { step: "list", path: null, maxParallel: null, maxItems: 100 },
          limits: [{ name: null, key: null, concurrency: 2, rate: null }],
        },
      },
      run: (_task, _sequence, step) => {
        if (step.name === "list") return Array.from({ length: 10 }, (_, place) => place);
        return running.during(step.name === "sum" ? "sum" : "each", pause);
      },
    });
    const { engine } = await startEngine(database, [template]);
    const tasks = await engine.submitMany(requests(2));
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(running.most.get("each")).toBe(2);
    const starts = await database.query(
      `select count(*) filter (where metadata ? 'limiters')::int4 as limited, count(*)::int4 as all
       from tasker_workflow_step_transitions where to_state = 'in_progress'`,
    );
    expect(starts).toEqual([{ limited: 20, all: 26 }]);
    await expectCleanAuditTrail(database);
  });
});
