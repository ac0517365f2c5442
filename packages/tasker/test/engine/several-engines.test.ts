import { expect, test } from "vitest";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, makeEngine, readState, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

describeOnPostgres("several engines on one database", () => {
  test("share the tasks: every step runs once, at one of them", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const runs = new Map<string, string[]>();
    const template = (engine: string) =>
      graphTemplate("a -> b, a -> c, b -> d, c -> d", {
        run: (task, _sequence, step) => {
          const key = `${task.taskId} ${step.name}`;
          runs.set(key, [...(runs.get(key) ?? []), engine]);
        },
      });
    const outside = makeEngine(database, [template("outside")], { clock });
    await outside.engine.submitMany(Array.from({ length: 60 }, () => ({ name: "graph", context: {} })));
    const engines = await Promise.all(
      ["first", "second", "third"].map((name) => startEngine(database, [template(name)], { clock, maxTasks: 7 })),
    );
    await until(async () => {
      clock.advance(500);
      return (await database.query("select from tasker_tasks where not complete")).length === 0;
    }, "the end of all tasks");
    expect(runs.size).toBe(240);
    expect([...runs.values()].filter((names) => names.length !== 1)).toEqual([]);
    expect(new Set([...runs.values()].flat()).size).toBe(engines.length);
    for (const { engine } of engines) await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("submitting one key 50 times at once make one task", async () => {
    const database = await useDatabase(() => openTestDatabase({ connections: 8 }));
    let runs = 0;
    const template = graphTemplate("a -> b", {
      run: () => {
        runs += 1;
      },
    });
    const engines = [await startEngine(database, [template]), await startEngine(database, [template])];
    const keys = ["x", "y", "z"];
    const submitted = await Promise.all(
      Array.from({ length: 50 }, (_, place) =>
        engines[place % 2]?.engine.submitMany(
          // In another order each time: the locks must not depend on it.
          [0, 1, 2].map((n) => ({ name: "graph", context: {}, idempotencyKey: `${keys[(n + place) % 3]}` })),
        ),
      ),
    );
    const all = submitted.flat();
    expect(new Set(all.map((task) => task?.taskId)).size).toBe(3);
    expect(all.filter((task) => task?.created)).toHaveLength(3);
    for (const taskId of new Set(all.map((task) => task?.taskId ?? 0))) {
      await until(async () => (await readState(database, taskId)) === "complete", "the task's end");
    }
    expect(runs).toBe(6);
    expect(await database.query("select from tasker_tasks")).toHaveLength(3);
    await expectCleanAuditTrail(database);
  });

  test("leave alone what they have no template for: other names, versions, namespaces, and tasks of nobody", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const others = [
      graphTemplate("a", { name: "other" }),
      graphTemplate("a", { version: "2.0.0" }),
      graphTemplate("a", { namespace: "elsewhere" }),
    ];
    const outside = makeEngine(database, [...others, graphTemplate("a")], { clock });
    const strange = await outside.engine.submitMany(
      others.map(({ definition: { name, namespace, version } }) => ({ name, namespace, version, context: {} })),
    );
    const { taskId: ours } = await outside.engine.submit({ name: "graph", version: "1.0.0", context: {} });
    // As the reference writes a task: without a row in the engine's own table.
    await database.execute(`
      insert into tasker_tasks (named_task_id, complete, requested_at, identity_hash, created_at, updated_at)
      select named_task_id, false, now(), 'rails', now(), now() from tasker_tasks where task_id = ${ours}`);
    const { engine } = await startEngine(database, [graphTemplate("a")], { clock });
    const ended = engine.settled(ours);
    for (let look = 0; look < 25; look++) {
      await until(() => clock.timers.length > 0, "the next look");
      clock.advance(500);
    }
    expect(await ended).toEqual({ taskId: ours, state: "complete" });
    await engine.stop();
    const runs = await database.query("select task_id from tasker_task_runs where epoch = 0 order by task_id");
    expect(runs.map(({ task_id }) => task_id)).toEqual(strange.map(({ taskId }) => taskId));
    expect(await database.query("select from tasker_workflow_step_transitions")).toHaveLength(2);
    await expectCleanAuditTrail(database);
  });

  test("that start without any task of their kind find the first one that somebody else submits", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const { engine } = await startEngine(database, [graphTemplate("a")], { clock });
    const outside = makeEngine(database, [graphTemplate("a")], { clock });
    const { taskId } = await outside.engine.submit({ name: "graph", context: {} });
    await until(async () => {
      clock.advance(500);
      return (await readState(database, taskId)) === "complete";
    }, "the task's end");
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("use templates that are registered or replaced while they run", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const first = graphTemplate("a", { name: "first" });
    const second = graphTemplate("a", { name: "second" });
    const { engine, registry } = await startEngine(database, [first], { clock });
    const outside = makeEngine(database, [first, second], { clock });
    const early = await outside.engine.submit({ name: "first", context: {} });
    await until(async () => {
      clock.advance(500);
      return (await readState(database, early.taskId)) === "complete";
    }, "the first task's end");
    registry.unregister("default", "first", "1.0.0");
    registry.register(second);
    const [late, never] = await outside.engine.submitMany([
      { name: "second", context: {} },
      { name: "first", context: {} },
    ]);
    await until(async () => {
      clock.advance(500);
      return (await readState(database, late?.taskId ?? 0)) === "complete";
    }, "the second task's end");
    expect(await readState(database, never?.taskId ?? 0)).toBe("pending");
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("cannot be started twice; stopping twice, or before the start, does nothing", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    await engine.stop();
    await engine.start();
    await expect(engine.start()).rejects.toThrow("the engine is running");
    await engine.stop();
    await engine.stop();
    await expect(engine.start()).rejects.toThrow("the engine is stopped");
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    expect(await readState(database, taskId)).toBe("pending");
  });
});
