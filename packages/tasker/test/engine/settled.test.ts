import { describe, expect, test } from "vitest";
import { NotRunningError, TaskNotFoundError } from "../../src/errors/index.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import {
  graphTemplate,
  makeEngine,
  makeGate,
  recordingLog,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };

describeOnPostgres("waiting for a task", () => {
  test("resolves at its end, for everybody who waits, and at once afterwards", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const { engine } = await startEngine(database, [graphTemplate("a", { run: () => gate.promise })]);
    const tasks = await engine.submitMany(Array.from({ length: 50 }, () => request));
    const waiting = tasks.flatMap(({ taskId }) => [engine.settled(taskId), engine.settled(taskId)]);
    gate.open();
    const ends = await Promise.all(waiting);
    expect(ends).toEqual(tasks.flatMap(({ taskId }) => [0, 1].map(() => ({ taskId, state: "complete" }))));
    expect(await engine.settled(tasks[7]?.taskId ?? 0)).toMatchObject({ state: "complete" });
  });

  test("works from an engine that does not run it", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const watcher = makeEngine(database, [graphTemplate("a")], { clock });
    const tasks = await watcher.engine.submitMany([request, request, request]);
    const ends = Promise.all(tasks.map(({ taskId }) => watcher.engine.settled(taskId)));
    let done = false;
    void ends.then(() => {
      done = true;
    });
    await until(() => clock.timers.length > 0, "the first look");
    expect(done).toBe(false);
    const runner = await startEngine(database, [graphTemplate("a")]);
    await until(() => runner.events.filter(({ name }) => name === "task.completed").length === 3, "the ends");
    await until(() => {
      clock.advance(500);
      return done;
    }, "the watcher");
    expect(await ends).toEqual(tasks.map(({ taskId }) => ({ taskId, state: "complete" })));
  });

  test.each([
    [0],
    [-1],
    [999_999],
    [1.5],
    [Number.NaN],
    [2 ** 60],
  ])("rejects for an id that is no task's: %d", async (id) => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const { engine } = await startEngine(database, [graphTemplate("a", { run: () => gate.promise })]);
    const { taskId } = await engine.submit(request);
    const wanted = engine.settled(taskId);
    await expect(engine.settled(id)).rejects.toThrow(TaskNotFoundError);
    gate.open();
    expect(await wanted).toEqual({ taskId, state: "complete" });
  });

  test("goes on when the engine stops, and ends when its database is closed", async () => {
    const database = await openTestDatabase();
    const template = graphTemplate("a", { run: () => new Promise(() => undefined) });
    const { engine, clock } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    const waiting = expect(engine.settled(taskId)).rejects.toThrow(NotRunningError);
    await engine.stop({ graceMs: 0 });
    await database.close();
    let ended = false;
    void waiting.then(() => {
      ended = true;
    });
    await until(() => {
      clock.advance(500);
      return ended;
    }, "the end of the wait");
    await waiting;
    expect(clock.timers).toEqual([]);
  });
});

describe("waiting for a task on a database that is closed", () => {
  test("needs no PostgreSQL to be refused for an id that cannot be one", async () => {
    const { SettlementWatch } = await import("../../src/engine/settlement-watch.ts");
    const unused = {
      run: () => Promise.reject(new Error("asked")),
      execute: () => Promise.resolve(),
      query: () => Promise.resolve([]),
    };
    const watch = new SettlementWatch(unused, new ManualClock(), recordingLog([]), 500, () => false);
    await expect(watch.wait(Number.NaN)).rejects.toThrow("task NaN does not exist");
  });
});
