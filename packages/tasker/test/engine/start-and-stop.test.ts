import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { DatabaseUnavailableError } from "../../src/errors/index.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  makeGate,
  readState,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };

/** The same database, in which something can be done between a statement's end and its answer. */
function watched(database: Database, onAnswer: (statement: string) => Promise<void> | void): Database {
  return {
    ...database,
    run: async (statement, parameters) => {
      const rows = await database.run(statement, parameters);
      await onAnswer(statement.name);
      return rows;
    },
  };
}

describeOnPostgres("an engine that is starting", () => {
  test("runs what is submitted meanwhile", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine, clock } = makeEngine(database, [graphTemplate("a -> b")]);
    const [, { taskId }] = await Promise.all([engine.start(), engine.submit(request)]);
    await until(async () => {
      clock.advance(500);
      return (await readState(database, taskId)) === "complete";
    }, "the task's end");
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("and is stopped meanwhile has stopped when stopping ends", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine, clock } = makeEngine(database, [graphTemplate("a")]);
    const started = engine.start();
    await engine.stop();
    await started;
    expect(clock.timers).toEqual([]);
    expect(await database.query("select from tasker_processes where released_at is null")).toEqual([]);
    await expect(engine.start()).rejects.toThrow("the engine is stopped");
  });

  test("and cannot leaves no lease that is renewed", async () => {
    const real = await useDatabase(openTestDatabase);
    let renewals = 0;
    const database = watched(real, (statement) => {
      if (statement === "beat") renewals += 1;
      if (statement === "draw_epoch") throw new DatabaseUnavailableError("away");
    });
    const { engine } = makeEngine(database, [graphTemplate("a")], { leaseMs: 50 });
    await expect(engine.start()).rejects.toThrow("away");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(renewals).toBe(0);
  });
});

describeOnPostgres("an engine that is stopping", () => {
  test("has stopped for everybody who asked for it", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const { engine } = await startEngine(database, [graphTemplate("a", { run: () => gate.promise })]);
    const { taskId } = await engine.submit(request);
    await until(async () => (await readState(database, taskId)) === "in_progress", "the start");
    let ended = 0;
    const stops = [engine.stop(), engine.stop()].map((stop) => stop.then(() => (ended += 1)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(0);
    gate.open();
    await Promise.all(stops);
    expect(await readState(database, taskId)).toBe("complete");
  });

  test("starts nothing, although a task is being loaded again", async () => {
    const real = await useDatabase(openTestDatabase);
    const loading = makeGate();
    const answer = makeGate();
    let loseStart = true;
    const database = watched(real, async (statement) => {
      if (statement.startsWith("commit_") && loseStart) {
        loseStart = false;
        throw new DatabaseUnavailableError("the answer was lost");
      }
      if (statement !== "load_tasks") return;
      loading.open();
      await answer.promise;
    });
    let ran = 0;
    const { engine, clock } = await startEngine(database, [
      graphTemplate("a", {
        run: () => {
          ran += 1;
        },
      }),
    ]);
    onTestFinished(() => answer.open());
    const { taskId } = await engine.submit(request);
    await until(() => !loseStart, "the first commit");
    let isLoading = false;
    void loading.promise.then(() => {
      isLoading = true;
    });
    await until(() => {
      clock.advance(50);
      return isLoading;
    }, "the load");
    let stopped = false;
    const stop = engine.stop().then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([stopped, ran]).toEqual([false, 0]);
    answer.open();
    await stop;
    const ranBefore = ran;
    const other = await startEngine(real, [graphTemplate("a")]);
    expect(await other.engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(ran).toBe(ranBefore);
    await other.engine.stop();
    await expectCleanAuditTrail(real);
  });

  test("keeps nothing of a task that somebody changes while it is given back", async () => {
    const real = await useDatabase(openTestDatabase);
    let isStopping = false;
    let changes = 2;
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        if (isStopping && statement.name.startsWith("commit_") && changes > 0) {
          changes -= 1;
          await real.query("update tasker_task_runs set revision = revision + 1, dirty = true");
        }
        return real.run(statement, parameters);
      },
    };
    const wait = { kind: "sleep", seconds: 30, until: null } as const;
    const { engine, clock } = await startEngine(database, [graphTemplate("a", { steps: { a: { wait } } })]);
    const { taskId } = await engine.submit(request);
    await until(async () => (await readState(real, taskId)) === "in_progress", "the sleep to begin");
    isStopping = true;
    await engine.stop();
    expect(changes).toBe(0);
    expect(clock.timers).toEqual([]);
    expect(await real.query("select owner_id from tasker_task_runs")).toEqual([{ owner_id: 0 }]);
    await expectCleanAuditTrail(real);
  });
});

describeOnPostgres("an engine whose database is away when it stops", () => {
  test("gives up writing after the handlers' time, and another one does the work again", async () => {
    const real = await useDatabase(openTestDatabase);
    let away = false;
    const database: Database = {
      ...real,
      run: (statement, parameters) =>
        away ? Promise.reject(new DatabaseUnavailableError("away")) : real.run(statement, parameters),
    };
    const gate = makeGate();
    let calls = 0;
    const template = () =>
      graphTemplate("a", {
        run: async () => {
          calls += 1;
          if (calls === 1) await gate.promise;
        },
      });
    const first = await startEngine(database, [template()]);
    const { taskId } = await first.engine.submit(request);
    await until(() => calls === 1, "the handler's call");
    away = true;
    gate.open();
    let stopped = false;
    const stopping = first.engine.stop({ graceMs: 1_000 }).then(() => {
      stopped = true;
    });
    await until(() => {
      first.clock.advance(500);
      return stopped;
    }, "the stop");
    await stopping;
    expect(await readState(real, taskId)).toBe("in_progress");

    await real.execute("update tasker_processes set stopped_at = now()");
    const second = await startEngine(real, [template()]);
    await until(async () => {
      second.clock.advance(500);
      return (await readState(real, taskId)) === "complete";
    }, "the task's end");
    expect(calls).toBe(2);
    await second.engine.stop();
    await expectCleanAuditTrail(real);
  });
});
