import { expect, test } from "vitest";
import { currentCorrelationId } from "../../src/correlation/current-correlation.ts";
import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import { graphTemplate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";
import { Story, startSubscriber } from "./support.ts";

const WHOLE_STORY = [
  "task.initialize_requested",
  "task.start_requested",
  "step.execution_requested a",
  "step.completed a",
  "step.execution_requested b",
  "step.completed b",
  "task.completed",
];

describeEachDatabase("a durable subscriber", (open) => {
  test("is told what happens, each task's events in their order", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const story = new Story();
    await startSubscriber(database, { name: "watcher", handle: story.handle });
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => story.of(taskId).length >= 7, "the story");
    expect(story.of(taskId)).toEqual(WHOLE_STORY);
  });

  test("sees what is not masked, under the correlation id of its event", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a")]);
    const seen: unknown[] = [];
    await startSubscriber(database, {
      name: "watcher",
      events: ["task.completed"],
      maskedEventKeys: ["total_steps"],
      handle: async ({ payload }) => {
        await Promise.resolve();
        seen.push([currentCorrelationId(), payload.total_steps, payload.to_state]);
      },
    });
    await engine.submit({ name: "graph", context: {}, correlationId: "order-1" });
    await until(() => seen.length === 1, "the event");
    expect(seen).toEqual([["order-1", "[masked]", "complete"]]);
  });

  test("that starts afterwards is told the story of a payment that failed", async () => {
    const database = await useDatabase(open);
    let attempts = 0;
    const pay = () => {
      attempts += 1;
      throw attempts === 1
        ? new RetryableError("no answer")
        : new PermanentError("declined", { errorCode: "DECLINED" });
    };
    const { engine, clock, seen } = await startEngine(database, [graphTemplate("charge", { run: pay })]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await seen(({ name }) => name === "step.failed");
    await until(() => {
      clock.advance(1_000);
      return attempts === 2;
    }, "the retry");
    await engine.settled(taskId);

    const story = new Story();
    await startSubscriber(database, { name: "late", from: "beginning", handle: story.handle });
    await until(() => story.of(taskId).includes("task.failed"), "the end");
    expect(story.of(taskId).filter((line) => !line.startsWith("observability"))).toEqual([
      "task.initialize_requested",
      "task.start_requested",
      "step.execution_requested charge",
      "step.failed charge",
      "step.retry_requested charge",
      "step.execution_requested charge",
      "step.failed charge",
      "task.failed",
    ]);
  });

  test("goes on where it was", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const before = new Story();
    const subscriber = await startSubscriber(database, { name: "watcher", handle: before.handle });
    const { taskId: first } = await engine.submit({ name: "graph", context: {} });
    await until(() => before.of(first).length === 7, "the first story");
    await subscriber.stop();
    const { taskId: second } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(second);
    const after = new Story();
    await startSubscriber(database, { name: "watcher", from: "beginning", handle: after.handle });
    await until(() => after.of(second).length === 7, "the second story");
    expect(after.of(first)).toEqual([]);
    expect(after.of(second)).toEqual(WHOLE_STORY);
  });

  test("is told only what it asks for", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const story = new Story();
    await startSubscriber(database, { name: "ends", events: ["task.completed", "step.c*"], handle: story.handle });
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => story.of(taskId).length === 3, "the story");
    expect(story.of(taskId)).toEqual(["step.completed a", "step.completed b", "task.completed"]);
  });

  test("is told events once it is ready for them, many at once", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const tasks = await engine.submitMany(Array.from({ length: 20 }, () => ({ name: "graph", context: {} })));
    await Promise.all(tasks.map(({ taskId }) => engine.settled(taskId)));
    const story = new Story();
    const sizes: number[] = [];
    await startSubscriber(database, {
      name: "batches",
      from: "beginning",
      batchSize: 50,
      handleBatch: (events) => {
        sizes.push(events.length);
        events.forEach(story.handle);
      },
    });
    await until(() => story.events.length === 140, "all events");
    expect(Math.max(...sizes)).toBe(50);
    for (const { taskId } of tasks) expect(story.of(taskId)).toEqual(WHOLE_STORY);
  });

  test("reads a long history in small windows, in order", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const tasks = await engine.submitMany(Array.from({ length: 60 }, () => ({ name: "graph", context: {} })));
    await Promise.all(tasks.map(({ taskId }) => engine.settled(taskId)));
    const story = new Story();
    await startSubscriber(database, { name: "slow", from: "beginning", windowRows: 7, handle: story.handle });
    await until(() => story.events.length >= 420, "all events");
    expect(new Set(story.events.map(({ id }) => id)).size).toBe(420);
    expect(story.events.length).toBe(420);
    for (const { taskId } of tasks) expect(story.of(taskId)).toEqual(WHOLE_STORY);
  });
});
