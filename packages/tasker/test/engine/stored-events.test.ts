import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { Engine } from "../../src/engine/engine.ts";
import { ConfigurationError, DatabaseUnavailableError } from "../../src/errors/index.ts";
import { replayEvents } from "../../src/event-log/replay-events.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { Story, startSubscriber } from "../event-log/support.ts";
import { graphTemplate, makeEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const storedNames = async (database: Database) =>
  (await database.query("select name from tasker_events where kind = 1 order by id")).map(({ name }) => name);

describeEachDatabase("events that are kept on request", (open) => {
  test("reach durable subscribers and replays as the bus tells them, within the story of their task", async () => {
    const database = await useDatabase(open);
    const storeEvents = ["workflow.task_*", "observability.*.enqueue", "tasker.process.*"];
    const { engine } = makeEngine(database, [graphTemplate("a")], { storeEvents });
    const told = new Map<string, TaskerEvent>();
    engine.on((event) => told.set(event.id, event));
    await engine.start();
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    await engine.stop();
    expect((await storedNames(database)).sort()).toEqual([
      "observability.task.enqueue",
      "tasker.process.joined",
      "tasker.process.left",
      "workflow.task_finalization_completed",
      "workflow.task_finalization_started",
      "workflow.task_started",
    ]);

    const story = new Story();
    await startSubscriber(database, { name: "late", from: "beginning", handle: story.handle });
    await until(() => story.events.length >= 11, "the story");
    expect(story.of(taskId).slice().sort()).toEqual([
      "observability.task.enqueue",
      "step.completed a",
      "step.execution_requested a",
      "task.completed",
      "task.initialize_requested",
      "task.start_requested",
      "workflow.task_finalization_completed",
      "workflow.task_finalization_started",
      "workflow.task_started",
    ]);
    expect(story.of(taskId)[0]).toBe("task.initialize_requested");
    expect(story.events).toEqual(story.events.map(({ id }) => told.get(id)));

    const again = new Story();
    const pattern = { events: "workflow.**", handle: again.handle };
    await replayEvents({ database, name: "late", from: "beginning", ...pattern });
    expect(again.events).toEqual(story.events.filter(({ name }) => name.startsWith("workflow.")));
  });
});

describeOnPostgres("the option storeEvents", () => {
  test("stores nothing unless it is given, and refuses what is no event that is kept on request", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    await engine.start();
    await engine.settled((await engine.submit({ name: "graph", context: {} })).taskId);
    await engine.stop();
    expect(await storedNames(database)).toEqual([]);
    const make = (pattern: string) => () =>
      new Engine({ database, registry: new HandlerRegistry(), storeEvents: [pattern] });
    expect(make("task.completed")).toThrow(ConfigurationError);
    expect(make("step.before_handle")).toThrow('engine option storeEvents has "step.before_handle", expected names');
    expect(make("*")).not.toThrow();
  });

  test("waits for a database that is away, and leaves out only what cannot be stored", async () => {
    const real = await useDatabase(openTestDatabase);
    let isAway = true;
    const database: Database = {
      ...real,
      run: (statement, parameters) =>
        isAway && statement.name === "store_events"
          ? Promise.reject(new DatabaseUnavailableError("away"))
          : real.run(statement, parameters),
    };
    const { engine, clock, lines } = makeEngine(database, [], { storeEvents: ["workflow.task_reenqueue_failed"] });
    await engine.start();
    const tell = (about: Parameters<typeof engine.events.tell>[1], error: string) =>
      engine.events.tell("workflow.task_reenqueue_failed", about, () => ({ reason: "database_unavailable", error }));
    const gone = { taskId: 4_711, namespace: "shop", taskName: "order", version: "1.0.0", correlationId: null };
    tell(null, "first");
    tell(null, "\u0000");
    tell({ ...gone, requestedAt: 0 }, "of a task that was deleted");
    tell(null, "last");
    const logged = (text: string) => lines.some(({ message }) => message.startsWith(text));
    await until(() => {
      clock.advance(50);
      return logged("storing events failed");
    }, "a failed attempt");
    isAway = false;
    const stored = () => real.query("select payload ->> 'error' as error from tasker_events order by id");
    await until(async () => {
      clock.advance(100);
      return (await stored()).length === 2;
    }, "the events");
    expect((await stored()).map(({ error }) => error)).toEqual(["first", "last"]);
    expect(logged("an event could not be stored")).toBe(true);
  });
});
