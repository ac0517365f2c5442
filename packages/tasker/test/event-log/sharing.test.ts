import { expect, test } from "vitest";
import { DurableSubscriber } from "../../src/event-log/durable-subscriber.ts";
import { listSubscribers } from "../../src/event-log/manage/subscriber-status.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { graphTemplate, makeGate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { Story, startSubscriber } from "./support.ts";

describeOnPostgres("two that run one subscriber", () => {
  test("share it: each event is handled by one of them, and the other goes on when one stops", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const story = new Story();
    const options = { name: "shared", from: "beginning", leaseMs: 2_000, handle: story.handle } as const;
    const one = await startSubscriber(database, options);
    const other = await startSubscriber(database, options);
    const run = async () => {
      const tasks = await engine.submitMany(Array.from({ length: 20 }, () => ({ name: "graph", context: {} })));
      await Promise.all(tasks.map(({ taskId }) => engine.settled(taskId)));
    };
    await run();
    await until(() => story.events.length >= 140, "the first tasks");
    const active = one.statistics().isActive ? one : other;
    const waiting = active === one ? other : one;
    expect(waiting.statistics()).toMatchObject({ isActive: false, delivered: 0 });
    await active.stop();
    await run();
    await until(() => story.events.length >= 280, "the other tasks");
    expect(story.events).toHaveLength(280);
    expect(new Set(story.events.map(({ id }) => id)).size).toBe(280);
    expect(active.statistics().delivered).toBe(140);
    expect(waiting.statistics().delivered).toBe(140);
  });

  test("cannot both move it: what the one says that was taken for dead is refused", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const first = new Story();
    const one = await startSubscriber(database, { name: "shared", from: "beginning", handle: first.handle });
    const run = async () => {
      const { taskId } = await engine.submit({ name: "graph", context: {} });
      await engine.settled(taskId);
    };
    await run();
    await until(() => first.events.length === 7, "the first task");
    // As if it had been silent for a lease.
    await database.query("update tasker_event_subscribers set lease_until = now() - interval '1 minute'");
    const second = new Story();
    const other = await startSubscriber(database, { name: "shared", handle: second.handle });
    await until(() => other.statistics().isActive, "the takeover");
    await run();
    await until(() => second.events.length >= 7, "the second task");
    await until(() => !one.statistics().isActive, "the first one to notice");
    expect(new Set(second.events.map(({ id }) => id)).size).toBe(7);
  });
});

describeOnPostgres("a subscriber", () => {
  test("keeps what fails while what came before is being written", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const fail = () => {
      throw new Error("no");
    };
    const events = ["step.completed", "task.completed"];
    const subscriber = await startSubscriber(database, { name: "w", events, clock: new ManualClock(), handle: fail });
    const locked = makeGate();
    const end = makeGate();
    const lock = database.transaction(async (transaction) => {
      await transaction.query("select from tasker_event_subscribers for update");
      locked.open();
      await end.promise;
    });
    await locked.promise;
    for (const expected of [3, 6]) {
      await engine.submit({ name: "graph", context: {} });
      await until(() => {
        const { failed, heldBack } = subscriber.statistics();
        return failed + heldBack === expected;
      }, "what fails");
    }
    end.open();
    await lock;
    await until(async () => (await listSubscribers(database)).at(0)?.held === 6, "all that failed");
  });

  test("comes back less and less often while it fails before it has moved on", async () => {
    const database = await useDatabase(() => openTestDatabase());
    await database.execute(`
      create function refuse_cursor() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
      create trigger refuse_cursor before update of cursor on tasker_event_subscribers
        for each row execute function refuse_cursor()`);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    await engine.submit({ name: "graph", context: {} });
    const failures: number[] = [];
    const log = { info() {}, warn: () => void failures.push(performance.now()) };
    await startSubscriber(database, { name: "w", from: "beginning", random: () => 0, log, handle: () => {} });
    await until(() => failures.length === 4, "four failures");
    const [, , third = 0, fourth = 0] = failures;
    expect(fourth - third).toBeGreaterThan(190);
  });

  test("can be stopped while it cannot be started", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const subscriber = new DurableSubscriber({
      database,
      name: "w",
      from: { after: "no such event" },
      handle: () => {},
    });
    const started = subscriber.start();
    const stopped = subscriber.stop();
    await expect(started).rejects.toMatchObject({ code: "TASKER_EVENT_NOT_FOUND" });
    await stopped;
  });
});
