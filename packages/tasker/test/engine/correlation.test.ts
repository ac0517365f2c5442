import { AsyncLocalStorage } from "node:async_hooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { currentCorrelationId, withCorrelationId } from "../../src/correlation/current-correlation.ts";
import type { Database } from "../../src/database/database.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { TaskHandler } from "../../src/handlers/task-handler.ts";
import { graphTemplate, startEngine } from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";

describeEachDatabase("the correlation id", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  /** Runs tasks of two steps, one after the other; gives the id that each step found, and the engine. */
  async function start(during: (engine: Engine, step: string) => unknown = () => undefined) {
    const seen: (string | null)[] = [];
    const template = graphTemplate("a -> b", {
      run: async (task, _sequence, step) => {
        await new Promise((resolve) => setImmediate(resolve));
        expect(currentCorrelationId()).toBe(task.correlationId);
        seen.push(currentCorrelationId());
        return (await during(engine, step.name)) ?? step.name;
      },
    });
    const { engine } = await startEngine(database, [template]);
    return { engine, seen };
  }

  test("of the caller goes with the task to its steps; without one each task has its own", async () => {
    const { engine, seen } = await start();
    const submit = () => engine.submit({ name: "graph", context: {} });
    await engine.settled((await withCorrelationId("req-1", submit)).taskId);
    await engine.settled((await submit()).taskId);
    expect(seen).toEqual(["req-1", "req-1", seen[2], seen[2]]);
    expect(seen[2]).toMatch(/^tsk_/);
  });

  test("that a request names goes before that of the caller", async () => {
    const { engine, seen } = await start();
    const submit = () => engine.submit({ name: "graph", context: {}, correlationId: "named" });
    await engine.settled((await withCorrelationId("req-1", submit)).taskId);
    expect(seen).toEqual(["named", "named"]);
  });

  test("goes on to what a handler submits", async () => {
    let inner: Promise<{ taskId: number }> | undefined;
    const { engine, seen } = await start((engine) => {
      inner ??= engine.submit({ name: "graph", context: {} });
      return inner.then(() => undefined);
    });
    const outer = await engine.submit({ name: "graph", context: {}, correlationId: "first" });
    await engine.settled(outer.taskId);
    await engine.settled((await inner)?.taskId ?? 0);
    expect(seen).toEqual(["first", "first", "first", "first"]);
  });

  test("of many tasks at once is each one's own", async () => {
    const { engine, seen } = await start();
    const ids = Array.from({ length: 20 }, (_, place) => `many-${place}`);
    const tasks = await engine.submitMany(ids.map((correlationId) => ({ name: "graph", context: {}, correlationId })));
    await Promise.all(tasks.map(({ taskId }) => engine.settled(taskId)));
    expect(seen.toSorted()).toEqual([...ids, ...ids].toSorted());
  });

  test("is there in the task's own hook", async () => {
    const seen: (string | null)[] = [];
    class Annotating extends TaskHandler {
      override updateAnnotations() {
        seen.push(currentCorrelationId());
        return [];
      }
    }
    const { engine } = await startEngine(database, [{ ...graphTemplate("a"), taskHandler: new Annotating() }]);
    await engine.settled((await engine.submit({ name: "graph", context: {}, correlationId: "hook" })).taskId);
    expect(seen).toEqual(["hook"]);
  });

  test("and whatever else the caller has in its asynchronous context stays with the caller", async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const { engine } = await start(() => void seen.push(request.getStore()));
    const submitted = await request.run("of the caller", () => engine.submit({ name: "graph", context: {} }));
    await engine.settled(submitted.taskId);
    expect(seen).toEqual([undefined, undefined]);
  });
});
