import { expect, test } from "vitest";
import type { CancelTimer } from "../../../src/clock/clock.ts";
import type { Database } from "../../../src/database/database.ts";
import { limiterUsage } from "../../../src/engine/limits/limiter-usage.ts";
import { DatabaseUnavailableError } from "../../../src/errors/index.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  readState,
  readStep,
  startEngine,
  transitionAsRails,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { findLostPermits } from "./lost-permits.ts";

const one = { name: "one", key: null, concurrency: 1, rate: null };
const requests = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ name: "graph", context: { place }, idempotencyKey: `${place}` }));

/** The limiter of `one` in the namespace of the templates. */
const LIMITER_ONE = JSON.stringify(["default", "name", "one"]);

async function waitingForLocks(database: Database): Promise<number> {
  const rows = await database.query(
    `select from pg_locks l where l.locktype = 'advisory' and not l.granted
      and l.database = (select d.oid from pg_database d where d.datname = current_database())`,
  );
  return rows.length;
}

describeOnPostgres("permits", () => {
  test("of a start that was refused are given back", async () => {
    const real = await useDatabase(openTestDatabase);
    const taken = makeGate();
    const goOn = makeGate();
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        if (statement.name.startsWith("commit_") && (await real.query("select from tasker_permits")).length > 0) {
          taken.open();
          await goOn.promise;
        }
        return real.run(statement, parameters);
      },
    };
    const { engine } = await startEngine(database, [
      graphTemplate("a", { steps: { a: { limits: [one] } } }),
      graphTemplate("a", { name: "other", steps: { a: { limits: [one] } } }),
    ]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await taken.promise;
    await transitionAsRails(real, { taskId }, "cancelled");
    goOn.open();
    await until(async () => (await real.query("select from tasker_permits")).length === 0, "the permit");
    expect(await readState(real, taskId)).toBe("cancelled");
    const other = await engine.submit({ name: "other", context: {} });
    expect(await engine.settled(other.taskId)).toMatchObject({ state: "complete" });
    await until(async () => (await real.query("select from tasker_permits")).length === 0, "the other's permit");
  });

  test("are held by a handler that runs on although somebody else has cancelled its step", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const gate = makeGate();
    const runs: unknown[] = [];
    const template = graphTemplate("a -> b, c", {
      steps: { a: { limits: [one] } },
      run: (task, _sequence, step) => {
        if (step.name !== "a") return step.name;
        runs.push(task.context.place);
        return task.context.place === 0 ? gate.promise : undefined;
      },
    });
    const { engine } = await startEngine(database, [template], { clock });
    const [first, second] = await engine.submitMany(requests(2));
    await until(() => runs.length === 1, "the first");
    const step = await readStep(database, first?.taskId ?? 0, "a");
    await transitionAsRails(database, { stepId: step.workflow_step_id }, "cancelled");
    await database.execute(
      `update tasker_task_runs set revision = revision + 1, dirty = true where task_id = ${first?.taskId}`,
    );
    for (let polls = 0; polls < 4; polls++) {
      clock.advance(500);
      await database.query("select pg_sleep(0.03)");
    }
    expect(runs).toEqual([0]);
    gate.open();
    expect(await engine.settled(second?.taskId ?? 0)).toMatchObject({ state: "complete" });
    expect(runs).toEqual([0, 1]);
    await until(async () => (await findLostPermits(database)).length === 0, "no lost permit");
  });

  test("that were granted in a call whose answer was lost do not stay taken", async () => {
    const real = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    let losses = 0;
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        const rows = await real.run(statement, parameters);
        if (statement.name === "take_permits" && rows.length > 0 && losses < 3) {
          losses += 1;
          throw new DatabaseUnavailableError("the connection was lost");
        }
        return rows;
      },
    };
    const { engine, lines } = await startEngine(database, [graphTemplate("a", { steps: { a: { limits: [one] } } })], {
      clock,
    });
    const tasks = await engine.submitMany(requests(4));
    await until(async () => {
      clock.advance(100);
      return (await real.query("select from tasker_tasks where not complete")).length === 0;
    }, "the end of the tasks");
    expect(losses).toBe(3);
    expect(tasks).toHaveLength(4);
    expect(lines.filter(({ message }) => message === "asking for permits failed, trying again")).toHaveLength(3);
    await until(async () => (await real.query("select from tasker_permits")).length === 0, "the last permit");
    await expectCleanAuditTrail(real);
  });

  test("that a call takes after its client has given it up do not stay taken", async () => {
    const real = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const asked = makeGate();
    const locked = makeGate();
    const unlock = makeGate();
    let calls = 0;
    let late: Promise<unknown> = Promise.resolve();
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        const rows = real.run(statement, parameters);
        if (statement.name !== "take_permits") return rows;
        calls += 1;
        if (calls > 1) return rows;
        late = rows;
        await until(async () => (await waitingForLocks(real)) === 1, "the call to wait for the limiter");
        asked.open();
        throw new DatabaseUnavailableError("the connection was lost");
      },
    };
    const { engine } = await startEngine(database, [graphTemplate("a", { steps: { a: { limits: [one] } } })], {
      clock,
    });
    const holder = real.transaction(async (transaction) => {
      await transaction.query("select pg_advisory_xact_lock(1414743884, hashtext($1))", [LIMITER_ONE]);
      locked.open();
      await unlock.promise;
    });
    await locked.promise;
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await asked.promise;
    await until(async () => {
      clock.advance(100);
      return calls > 1;
    }, "the next call");
    await until(async () => (await waitingForLocks(real)) === 2, "the next call to wait for the first one");
    unlock.open();
    await Promise.all([holder, late]);
    await until(async () => {
      clock.advance(100);
      return (await readState(real, taskId)) === "complete";
    }, "the end of the task");
    await until(async () => (await real.query("select from tasker_permits")).length === 0, "the last permit");
    await expectCleanAuditTrail(real);
  });

  test("are kept through the time in which a task is loaded again, and given back once", async () => {
    const database = await useDatabase(openTestDatabase);
    const gates = [makeGate(), makeGate()];
    let running = 0;
    const template = graphTemplate("a", {
      steps: { a: { limits: [one] } },
      run: async (task) => {
        running += 1;
        await gates[Number(task.context.place)]?.promise;
      },
    });
    const { engine, clock } = await startEngine(database, [template]);
    const tasks = await engine.submitMany(requests(2));
    await until(() => running === 1, "the first");
    // Somebody changes something of the task that runs: its next commit is refused, it is loaded, and goes on.
    await database.execute(
      `update tasker_task_runs set revision = revision + 1, dirty = true where task_id = ${tasks[0]?.taskId}`,
    );
    clock.advance(500);
    await database.query("select pg_sleep(0.05)");
    expect(running).toBe(1);
    expect(await database.query("select task_id from tasker_permits")).toEqual([{ task_id: tasks[0]?.taskId }]);
    gates[0]?.open();
    await until(() => running === 2, "the second");
    gates[1]?.open();
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await until(async () => (await database.query("select from tasker_permits")).length === 0, "the last permit");
    await expectCleanAuditTrail(database);
  });
});

describeEachDatabase("the usage of limiters", (open) => {
  test("says how many steps hold and how many wait for each, over all processes", async () => {
    const database = await useDatabase(open);
    const clock = new ManualClock();
    const gate = makeGate();
    const template = graphTemplate("a, b", {
      systemLimits: [{ name: "bank", key: "shop.id", concurrency: 2, rate: null }],
      steps: {
        a: { dependentSystem: "bank" },
        b: { limits: [{ ...one, name: null, rate: { count: 5, perSeconds: 60 } }] },
      },
      run: () => gate.promise,
    });
    const { engine } = await startEngine(database, [template], { clock });
    const tasks = await engine.submitMany(
      Array.from({ length: 3 }, (_, place) => ({
        name: "graph",
        context: { shop: { id: 9 } },
        idempotencyKey: `${place}`,
      })),
    );
    await until(
      async () => (await limiterUsage(database)).filter(({ waiting }) => waiting > 0).length === 2,
      "the waits",
    );
    const at = new Date(clock.now());
    const polled = new Date(clock.now() + 500);
    expect(await limiterUsage(database, "default")).toEqual([
      {
        id: `["default","step","graph.b"]`,
        namespace: "default",
        kind: "step",
        name: "graph.b",
        key: undefined,
        inUse: 1,
        leftBehind: 0,
        waiting: 2,
        waitingSince: at,
        nextAt: polled,
      },
      {
        id: `["default","system","bank","9"]`,
        namespace: "default",
        kind: "system",
        name: "bank",
        key: "9",
        inUse: 2,
        leftBehind: 0,
        waiting: 1,
        waitingSince: at,
        nextAt: polled,
      },
    ]);
    expect(await limiterUsage(database, "other")).toEqual([]);
    await until(async () => (await findLostPermits(database)).length === 0, "the starts to be written");
    await database.execute("update tasker_processes set stopped_at = now() at time zone 'UTC'");
    expect((await limiterUsage(database)).map(({ leftBehind }) => leftBehind)).toEqual([1, 2]);
    await database.execute("update tasker_processes set stopped_at = null");
    gate.open();
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await until(async () => (await limiterUsage(database)).length === 0, "nobody to hold or wait for anything");
    await engine.stop();
    await expectCleanAuditTrail(database);
  });
});

/** Counts the timers that are set. */
class CountingClock extends ManualClock {
  set = 0;

  override after(delayMs: number, fire: () => void): CancelTimer {
    this.set += 1;
    return super.after(delayMs, fire);
  }
}

describeEachDatabase("a call for permits that failed", (open) => {
  test("is followed by a pause in which nothing is asked for, nor looked for again and again", async () => {
    const real = await useDatabase(open);
    const clock = new CountingClock();
    const lost = makeGate();
    let calls = 0;
    let isAway = false;
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        if (statement.name !== "take_permits") return real.run(statement, parameters);
        if (isAway) {
          lost.open();
          throw new DatabaseUnavailableError("the connection is lost");
        }
        const rows = await real.run(statement, parameters);
        calls += 1;
        return rows;
      },
    };
    const rated = { name: "rated", key: null, concurrency: null, rate: { count: 1, perSeconds: 0.1 } };
    const templates = [
      graphTemplate("a", { steps: { a: { limits: [rated] } } }),
      graphTemplate("a", { name: "other", steps: { a: { limits: [one] } } }),
    ];
    const { engine } = await startEngine(database, templates, { clock });
    const tasks = await engine.submitMany(requests(2));
    await until(() => calls > 1, "the first start, and the refusal of the second");
    isAway = true;
    tasks.push(await engine.submit({ name: "other", context: {} }));
    await lost.promise;
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    for (let turns = 0; turns < 20; turns += 1) await turn();
    const before = clock.set;
    // The rate would let the second one start now.
    clock.advance(200);
    for (let turns = 0; turns < 100; turns += 1) await turn();
    expect(clock.set - before).toBeLessThan(10);
    isAway = false;
    let ended = 0;
    for (const { taskId } of tasks) void engine.settled(taskId).then(() => (ended += 1));
    await until(() => {
      clock.advance(100);
      return ended === tasks.length;
    }, "the ends of the tasks");
    await engine.stop();
  });
});
