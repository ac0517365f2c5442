import { expect, test } from "vitest";
import { PermanentError } from "../../src/errors/index.ts";
import { discardDeadLetters, listDeadLetters, retryDeadLetters } from "../../src/event-log/manage/dead-letters.ts";
import { listSubscribers } from "../../src/event-log/manage/subscriber-status.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { graphTemplate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";
import { Story, startSubscriber, tell } from "./support.ts";

/** Its lease is renewed, and a dead letter that was brought back found, every second. */
const STEPS = { name: "steps", events: ["step.completed", "task.completed"], leaseMs: 3_000 };

describeEachDatabase("an event that fails", (open) => {
  test("is tried again later, and holds back only its own task", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const clock = new ManualClock();
    const { taskId: bad } = await engine.submit({ name: "graph", context: {} });
    const { taskId: good } = await engine.submit({ name: "graph", context: {} });
    const story = new Story();
    let failures = 0;
    await startSubscriber(database, {
      ...STEPS,
      from: "beginning",
      clock,
      handle: (event) => {
        if (event.taskId === bad && event.stepName === "a" && failures < 2) {
          failures += 1;
          throw new Error("not now");
        }
        story.handle(event);
      },
    });
    await until(() => story.of(good).length === 3, "the other task");
    expect(story.of(bad)).toEqual([]);
    await until(async () => (await listSubscribers(database)).at(0)?.held === 3, "what is held back");
    await until(() => {
      clock.advance(1_000);
      return story.of(bad).length === 3;
    }, "the task that failed");
    expect(story.of(bad)).toEqual(story.of(good));
    expect(failures).toBe(2);
    await until(async () => (await listSubscribers(database)).at(0)?.held === 0, "nothing is held back");
  });

  test("for good becomes a dead letter, which can be tried again or discarded", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const story = new Story();
    let broken = true;
    await startSubscriber(database, {
      ...STEPS,
      from: "beginning",
      handle: (event) => {
        if (broken && event.stepName !== null) throw new PermanentError(`cannot take ${tell(event)}`);
        story.handle(event);
      },
    });
    await until(() => story.of(taskId).length === 1, "the end of the task");
    await until(async () => (await listDeadLetters(database)).length === 2, "the dead letters");
    const letters = await listDeadLetters(database, { subscriber: "steps" });
    expect(letters.map(({ event }) => tell(event))).toEqual(["step.completed a", "step.completed b"]);
    expect(letters[0]).toMatchObject({
      attempts: 1,
      error: { class: "PermanentError", message: "cannot take step.completed a" },
    });
    broken = false;
    const [first, second] = letters.map(({ id }) => id);
    await retryDeadLetters(database, [first ?? 0]);
    await discardDeadLetters(database, [second ?? 0]);
    await until(() => story.of(taskId).length === 2, "the letter that was tried again");
    expect(story.of(taskId)).toEqual(["task.completed", "step.completed a"]);
    expect(await listDeadLetters(database)).toEqual([]);
    await expect(retryDeadLetters(database, [first ?? 0])).rejects.toMatchObject({
      code: "TASKER_DEAD_LETTER_NOT_FOUND",
    });
  });

  test("and is brought back waits behind what is kept of its task", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    const clock = new ManualClock();
    const story = new Story();
    let broken = true;
    const subscriber = await startSubscriber(database, {
      ...STEPS,
      leaseMs: 300,
      from: "beginning",
      clock,
      handle: (event) => {
        if (broken && event.stepName === "a") throw new PermanentError("not this one");
        if (broken && event.stepName === "b") throw new Error("not now");
        story.handle(event);
      },
    });
    await until(async () => (await listSubscribers(database)).at(0)?.held === 2, "what is held back");
    const [letter] = await listDeadLetters(database);
    broken = false;
    await retryDeadLetters(database, [letter?.id ?? 0], { clock });
    const { failed } = subscriber.statistics();
    await until(async () => (await listSubscribers(database)).at(0)?.held === 3, "the letter");
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(story.of(taskId)).toEqual([]);
    await until(() => {
      clock.advance(1_000);
      return story.of(taskId).length === 3;
    }, "all three");
    expect(story.of(taskId)).toEqual(["step.completed b", "task.completed", "step.completed a"]);
    await until(async () => (await listSubscribers(database)).at(0)?.held === 0, "nothing is held back");
    await until(() => subscriber.statistics().delivered === 3, "the count");
    expect(subscriber.statistics().failed).toBe(failed);
  });

  test("in a batch is found by trying each alone", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const tasks = await engine.submitMany(Array.from({ length: 5 }, () => ({ name: "graph", context: {} })));
    await Promise.all(tasks.map(({ taskId }) => engine.settled(taskId)));
    const bad = tasks[2]?.taskId ?? 0;
    const story = new Story();
    await startSubscriber(database, {
      ...STEPS,
      from: "beginning",
      deadLetterAfter: 1,
      handleBatch: (events) => {
        if (events.some((event) => event.taskId === bad && event.stepName === "a")) throw new Error("no");
        events.forEach(story.handle);
      },
    });
    await until(() => story.events.length === 14, "the others");
    expect(story.of(bad)).toEqual(["step.completed b", "task.completed"]);
    await until(async () => (await listDeadLetters(database)).length === 1, "the dead letter");
  });

  test("of a transactional subscriber leaves nothing of what its handler wrote", async () => {
    const database = await useDatabase(open);
    await database.execute("drop table if exists told; create table told (event_id text)");
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    const clock = new ManualClock();
    let failures = 0;
    const write = async (event: TaskerEvent) => `insert into told values ('${event.id}')`;
    await startSubscriber(database, {
      ...STEPS,
      from: "beginning",
      transactional: true,
      clock,
      handle: async (event, { transaction }) => {
        await transaction?.execute(await write(event));
        if (event.stepName === "b" && failures < 4) {
          failures += 1;
          throw new Error("after it has written");
        }
      },
    });
    await until(async () => {
      clock.advance(1_000);
      return (await database.query("select from told")).length === 3;
    }, "all three");
    expect(failures).toBe(4);
    const told = await database.query("select event_id from told");
    expect(new Set(told.map((row) => row.event_id)).size).toBe(3);
  });

  test("pauses reading when too much is held back", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const tasks = await engine.submitMany(Array.from({ length: 12 }, () => ({ name: "graph", context: {} })));
    await Promise.all(tasks.map(({ taskId }) => engine.settled(taskId)));
    let works = false;
    const story = new Story();
    const clock = new ManualClock();
    await startSubscriber(database, {
      ...STEPS,
      from: "beginning",
      clock,
      windowRows: 10,
      holdBack: 15,
      deadLetterAfter: 1_000,
      handle: (event) => {
        if (!works) throw new Error("everything is down");
        story.handle(event);
      },
    });
    await until(async () => ((await listSubscribers(database)).at(0)?.held ?? 0) >= 15, "the pause");
    works = true;
    await until(() => {
      clock.advance(1_000);
      return story.events.length === 36;
    }, "everything");
    for (const { taskId } of tasks) {
      expect(story.of(taskId)).toEqual(["step.completed a", "step.completed b", "task.completed"]);
    }
  });
});
