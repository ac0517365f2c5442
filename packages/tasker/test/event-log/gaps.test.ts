import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../src/database/postgres.ts";
import { prune } from "../../src/database/retention/prune.ts";
import { removeSubscriber } from "../../src/event-log/manage/remove-subscriber.ts";
import { listSubscribers } from "../../src/event-log/manage/subscriber-status.ts";
import { replayEvents } from "../../src/event-log/replay-events.ts";
import { findEventTime, findStoredEventTime } from "../../src/event-log/start/event-time.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { graphTemplate, makeGate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { createRailsTask, transitionLikeRails } from "../support/rails-rows.ts";
import { createTestDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { Story, startSubscriber } from "./support.ts";

describeOnPostgres("the event log", () => {
  test("gives what a long transaction has written when that commits, and everything else at once", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const railsTask = await createRailsTask(database, { steps: [{ name: "s" }] });
    const story = new Story();
    await startSubscriber(database, { name: "watcher", from: "beginning", handle: story.handle });
    const written = makeGate();
    const end = makeGate();
    const long = database.transaction(async (transaction) => {
      await transaction.query(
        `insert into tasker_task_transitions (task_id, to_state, sort_key, most_recent, created_at, updated_at)
         values ($1, 'in_progress', 10, true, now(), now())`,
        [railsTask],
      );
      written.open();
      await end.promise;
    });
    await written.promise;
    // An id that nobody uses, and one of a transaction that is rolled back.
    await database.query("select nextval('tasker_task_transitions_id_seq')");
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => story.of(taskId).length === 7, "the story of the other task");
    expect(story.of(railsTask)).toEqual(["task.initialize_requested"]);
    end.open();
    await long;
    await until(() => story.of(railsTask).length === 2, "the long transaction");
    expect(story.of(railsTask)).toEqual(["task.initialize_requested", "task.start_requested"]);
    await until(async () => (await listSubscribers(database)).at(0)?.lagEvents === 0, "no lag");
  });

  test("tells what Rails has written, in order", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const story = new Story();
    await startSubscriber(database, { name: "watcher", from: "beginning", handle: story.handle });
    const task = await createRailsTask(database, { steps: [{ name: "s" }] });
    const [row] = await database.query("select workflow_step_id from tasker_workflow_steps");
    const step = Number(row?.workflow_step_id);
    await transitionLikeRails(database, { task }, "in_progress");
    await transitionLikeRails(database, { step }, "in_progress");
    await transitionLikeRails(database, { step }, "complete");
    await transitionLikeRails(database, { task }, "complete");
    await until(() => story.of(task).length === 5, "the story");
    expect(story.of(task)).toEqual([
      "task.initialize_requested",
      "task.start_requested",
      "step.execution_requested s",
      "step.completed s",
      "task.completed",
    ]);
  });

  test("is not pruned beyond what a subscriber has read", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine, clock } = await startEngine(database, [graphTemplate("a -> b")]);
    const run = async () => {
      const { taskId } = await engine.submit({ name: "graph", context: {} });
      await engine.settled(taskId);
      return taskId;
    };
    await run();
    const story = new Story();
    const subscriber = await startSubscriber(database, { name: "watcher", from: "beginning", handle: story.handle });
    await until(() => story.events.length === 7, "the first task");
    await subscriber.stop();
    const second = await run();
    await engine.stop();
    const olderThan = new Date(clock.now() + 1_000);
    const report = await prune(database, { olderThan });
    expect([report.tasks, report.skipped.unread.taskIds]).toEqual([1, [second]]);
    await removeSubscriber(database, "watcher");
    expect((await prune(database, { olderThan })).tasks).toBe(1);
  });

  test("is replayed between two times to the handler of a subscriber, or into a new one", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine, clock } = await startEngine(database, [graphTemplate("a -> b")]);
    const times: number[] = [];
    const tasks: number[] = [];
    for (let n = 0; n < 3; n++) {
      clock.advance(60_000);
      times.push(clock.now());
      const { taskId } = await engine.submit({ name: "graph", context: {} });
      await engine.settled(taskId);
      tasks.push(taskId);
    }
    const nothing = () => {};
    await startSubscriber(database, { name: "billing", from: "now", handle: nothing });
    const story = new Story();
    const report = await replayEvents({
      database,
      name: "billing",
      clock,
      from: new Date(times[1] ?? 0),
      to: new Date(times[2] ?? 0),
      events: "step.completed",
      handle: story.handle,
    });
    expect(report).toMatchObject({ delivered: 2, dead: 0, stopped: false });
    expect(story.of(tasks[1] ?? 0)).toEqual(["step.completed a", "step.completed b"]);
    expect((await listSubscribers(database)).map(({ name }) => name)).toEqual(["billing"]);

    const anew = new Story();
    await replayEvents({ database, name: "billing", into: "audit", clock, from: "beginning", handle: anew.handle });
    expect(anew.events).toHaveLength(21);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await startSubscriber(database, { name: "audit", handle: anew.handle });
    await until(() => anew.of(taskId).length === 7, "what comes afterwards");
    expect(anew.events).toHaveLength(28);
  });

  test("is replayed to where it ended when the replay began, and by the times at which it was written", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const publish = (number: number, occurredAt: string, writtenAt: string) =>
      database.query(
        `insert into tasker_events (kind, name, event_id, payload, occurred_at, created_at)
         values (1, 'a.b', 'custom:' || $1::int8 || ':0', '{}', $2::timestamp, $3::timestamp)`,
        [number, occurredAt, writtenAt],
      );
    await publish(1, "2026-01-01 10:00", "2026-01-01 10:00");
    await publish(2, "2026-01-01 11:00", "2026-01-01 12:00");
    await publish(3, "2026-01-01 11:00", "2026-01-01 13:00");
    await startSubscriber(database, { name: "billing", from: "now", handle: () => {} });
    const story = new Story();
    const replay = { database, name: "billing", pollMs: 20 } as const;
    let written = 3;
    const handle = async (event: TaskerEvent) => {
      story.handle(event);
      written += 1;
      if (written < 20) await publish(written, "2026-01-01 14:00", "2026-01-01 14:00");
    };
    const whole = await replayEvents({ ...replay, from: "beginning", handle });
    expect(whole).toMatchObject({ delivered: 3 });
    const bounded = new Story();
    const from = new Date("2026-01-01T11:30Z");
    const to = new Date("2026-01-01T13:00Z");
    await replayEvents({ ...replay, from, to, handle: bounded.handle });
    expect(bounded.events.map(({ id }) => id)).toEqual(["custom:2:0"]);
    await expect(replayEvents({ ...replay, from, to: from, handle })).rejects.toThrow("expected a time after from");
    const never = new Date(Number.NaN);
    await expect(replayEvents({ ...replay, from: "beginning", to: never, handle })).rejects.toThrow("a valid Date");
  });

  test("costs a subscriber that wants nothing of it no write for each look", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const passed = new Set<string>();
    const pass = ({ name, taskId }: TaskerEvent) => {
      passed.add(`${name} ${taskId}`);
      return false;
    };
    const subscriber = await startSubscriber(database, {
      name: "nothing",
      from: "beginning",
      events: pass,
      pollMs: 60_000,
      handle: () => {},
    });
    await until(() => subscriber.statistics().isActive, "the beginning");
    await database.execute(`
      create table moves (at timestamptz);
      create function note_move() returns trigger language plpgsql as $$ begin insert into moves values (now()); return null; end $$;
      create trigger note_move after update of cursor on tasker_event_subscribers for each row execute function note_move()`);
    for (let n = 0; n < 5; n++) {
      const { taskId } = await engine.submit({ name: "graph", context: {} });
      await engine.settled(taskId);
      await until(() => {
        subscriber.wake();
        return passed.has(`task.completed ${taskId}`);
      }, "a look");
    }
    const moves = async () => (await database.query("select from moves")).length;
    expect(await moves()).toBe(0);
    await subscriber.stop();
    expect(await moves()).toBe(1);
    expect((await listSubscribers(database)).at(0)?.lagEvents).toBe(0);
  });

  test("forgets a replay whose process was killed, and a replay that was forgotten ends with an error", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { engine } = await startEngine(database, [graphTemplate("a")]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    const nothing = () => {};
    const billing = { name: "billing", from: "now", handle: nothing, leaseMs: 600 } as const;
    await startSubscriber(database, billing);
    const handled = makeGate();
    let calls = 0;
    const handle = () => {
      calls += 1;
      return handled.promise;
    };
    const options = { database, name: "billing", from: "beginning", handle, leaseMs: 600 } as const;
    const replay = replayEvents(options).catch((error: unknown) => error);
    await until(() => calls > 0, "the replay");
    const names = async () => (await listSubscribers(database)).map(({ name }) => name);
    expect(await names()).toEqual(["billing", expect.stringMatching(/^billing \(replay /)]);
    // As after the death of its process, as far as others can see.
    await database.query(`
      update tasker_event_subscribers set epoch = epoch + 1, lease_until = now() at time zone 'UTC' - interval '2 minutes'
      where is_temporary`);
    await until(async () => (await names()).length === 1, "the subscriber that runs to have noticed");
    handled.open();
    expect(await replay).toMatchObject({ code: "TASKER_SUBSCRIBER_NOT_FOUND" });
  });

  test("is searched for an event that a handler has published by an index", async () => {
    const database = await useDatabase(() => openTestDatabase());
    await database.execute(`
      insert into tasker_events (kind, name, event_id, payload, occurred_at, created_at)
      select 1, 'a.b', 'custom:' || n || ':0', '{}', now(), timestamp '2026-01-01' + n * interval '1 second'
      from generate_series(1, 5000) n;
      analyze tasker_events`);
    expect(await findEventTime(database, "custom:60:0")).toEqual(new Date("2026-01-01T00:01:00Z"));
    const plan = await database.query(`explain ${findStoredEventTime.text}`, ["custom:60:0"]);
    expect(JSON.stringify(plan)).toContain("tasker_events_event");
  });

  test("is read along its indexes, whatever the planner believes", async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const setup = await useDatabase(() => openPostgres(url, { connections: 1 }));
    await setup.execute("analyze");
    const { engine } = await startEngine(await useDatabase(() => openPostgres(url)), [graphTemplate("a -> b")]);
    const tasks = await engine.submitMany(Array.from({ length: 200 }, () => ({ name: "graph", context: {} })));
    await Promise.all(tasks.map(({ taskId }) => engine.settled(taskId)));
    await engine.stop();
    const scans = async () => {
      const [row] = await setup.query(
        `select coalesce(sum(seq_scan), 0)::int8 as scans from pg_stat_user_tables
         where relname in ('tasker_tasks', 'tasker_task_transitions', 'tasker_workflow_step_transitions', 'tasker_events',
           'tasker_workflow_steps', 'tasker_task_runs')`,
      );
      return Number(row?.scans);
    };
    const before = await scans();
    const reading = await openPostgres(url);
    const story = new Story();
    const subscriber = await startSubscriber(reading, {
      name: "w",
      from: "beginning",
      windowRows: 50,
      handle: story.handle,
    });
    await until(() => story.events.length === 1_400, "everything");
    await subscriber.stop();
    await reading.close();
    expect(await scans()).toBe(before);
  });
});
