import { expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { lockTasks } from "../../../src/database/retention/lock-tasks.ts";
import { prune } from "../../../src/database/retention/prune.ts";
import type { PruneOptions } from "../../../src/database/retention/prune-options.ts";
import { PermanentError } from "../../../src/errors/index.ts";
import { type Annotation, TaskHandler } from "../../../src/handlers/task-handler.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  startEngine,
  transitionAsRails,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeEachDatabase } from "../../support/test-database.ts";
import { countTaskRows, dumpTasks, insertTasks, stepIds, taskIds } from "./stored-tasks.ts";

const LATER = new Date("2026-06-01T00:00:00Z");
const NOTHING_SKIPPED = {
  busy: { count: 0, taskIds: [] },
  linked: { count: 0, taskIds: [] },
  referenced: { count: 0, taskIds: [] },
  unread: { count: 0, taskIds: [] },
  oversized: { count: 0, taskIds: [] },
};

class Annotating extends TaskHandler {
  override updateAnnotations(): readonly Annotation[] {
    return [{ type: "note", value: { x: 1 } }];
  }
}

describeEachDatabase("pruning", (open) => {
  /** Adds an edge between the first steps of two tasks. */
  async function link(database: Database, from: number, to: number): Promise<void> {
    await database.query(
      `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
       values ($1, $2, 'provides', now(), now())`,
      [(await stepIds(database, from))[0], (await stepIds(database, to))[0]],
    );
  }

  test("deletes a complete task with every row that belongs to it", async () => {
    const database = await useDatabase(open);
    const template = graphTemplate("a -> b, a -> c", { hooks: new Annotating() });
    const { engine, clock } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    await engine.stop();
    const before = await countTaskRows(database);
    expect(Object.values(before).every((rows) => rows > 0)).toBe(true);
    expect(await prune(database, { olderThan: new Date(clock.now() + 1) })).toEqual({
      tasks: 1,
      rows: before,
      webhookDeliveries: 0,
      looseEvents: 0,
      auditRows: 0,
      skipped: NOTHING_SKIPPED,
      stopped: false,
    });
    expect(Object.values(await countTaskRows(database)).every((rows) => rows === 0)).toBe(true);
    expect(await database.query("select from tasker_definitions")).toHaveLength(1);
  });

  test("deletes stored events of no task that are as old, unless a subscriber has still to read them", async () => {
    const database = await useDatabase(open);
    await database.execute(`
      insert into tasker_events (kind, name, event_id, payload, occurred_at, created_at)
      select 1, 'a.b', 'id ' || n, '{}', t.at, t.at
      from generate_series(1, 9) n, lateral (select timestamp '2026-01-01' + n * interval '1 day' as at) t`);
    const subscriber = (name: string, next: number, isTemporary: boolean) =>
      database.query(
        `insert into tasker_event_subscribers (name, filter, cursor, next_task_id, next_task_row_id, next_step_row_id,
           next_event_id, is_temporary, lease_until, created_at, updated_at)
         values ($1, '{}', '{}', 9, 9, 9, $2, $3, now() at time zone 'UTC' - interval '1 hour', now(), now())`,
        [name, next, isTemporary],
      );
    await subscriber("reader", 4, false);
    await subscriber("killed (replay 1)", 1, true);
    const olderThan = new Date("2026-01-07T12:00:00Z");
    const run = (options: Partial<PruneOptions> = {}) => prune(database, { olderThan, ...options });
    expect(await run({ dryRun: true })).toMatchObject({ looseEvents: 3, stopped: false });
    expect(await run({ name: "graph" })).toMatchObject({ looseEvents: 0 });
    expect(await run()).toMatchObject({ looseEvents: 3, stopped: false });
    await database.execute("delete from tasker_event_subscribers");
    expect(await run()).toMatchObject({ looseEvents: 3 });
    const left = await database.query("select event_id from tasker_events order by id");
    expect(left.map(({ event_id }) => event_id)).toEqual(["id 7", "id 8", "id 9"]);
  });

  test("leaves what is live, younger, or in a state that was not asked for", async () => {
    const database = await useDatabase(open);
    const clock = new ManualClock();
    const fail = () => {
      throw new PermanentError("no");
    };
    const { engine } = await startEngine(
      database,
      [graphTemplate("a -> b"), graphTemplate("a -> b", { name: "failing", run: fail })],
      { clock },
    );
    const failed = await engine.submit({ name: "failing", context: {} });
    const old = await engine.submit({ name: "graph", context: {} });
    await Promise.all([engine.settled(failed.taskId), engine.settled(old.taskId)]);
    const limit = new Date(clock.now() + 60_000);
    const [cancelled = 0] = await insertTasks(database, { count: 1, steps: 2, state: "cancelled" });
    const waiting = await engine.submit({ name: "graph", context: {}, runAt: new Date(clock.now() + 1e9) });
    clock.advance(60_000);
    const young = await engine.submit({ name: "graph", context: {} });
    await engine.settled(young.taskId);
    await engine.stop();

    expect((await prune(database, { olderThan: limit })).tasks).toBe(1);
    const left = [failed.taskId, cancelled, waiting.taskId, young.taskId].sort((a, b) => a - b);
    expect(await taskIds(database)).toEqual(left);
    expect((await prune(database, { olderThan: limit, states: ["error", "cancelled"] })).tasks).toBe(2);
    expect(await taskIds(database)).toEqual([waiting.taskId, young.taskId]);
    await expectCleanAuditTrail(database);
  });

  test("counts the age from the day a task reached its state, not from its creation", async () => {
    const database = await useDatabase(open);
    const [early, late] = await insertTasks(database, { count: 2, steps: 1, state: "in_progress" });
    for (const [taskId, since] of [
      [early, "2026-03-01"],
      [late, "2026-03-03"],
    ]) {
      await database.query("update tasker_task_transitions set most_recent = false where task_id = $1", [taskId]);
      await database.query(
        `insert into tasker_task_transitions (task_id, to_state, sort_key, created_at, updated_at)
         values ($1, 'complete', 20, $2::timestamp, now())`,
        [taskId, since],
      );
    }
    expect((await prune(database, { olderThan: new Date("2026-03-02T00:00:00Z") })).tasks).toBe(1);
    expect(await taskIds(database)).toEqual([late]);
  });

  test("takes only the tasks of a namespace and a name", async () => {
    const database = await useDatabase(open);
    const { engine, clock } = await startEngine(database, [
      graphTemplate("a", { namespace: "one" }),
      graphTemplate("a", { namespace: "two" }),
      graphTemplate("a", { namespace: "two", name: "other" }),
    ]);
    const submitted = await engine.submitMany([
      { namespace: "one", name: "graph", context: {} },
      { namespace: "two", name: "graph", context: {} },
      { namespace: "two", name: "other", context: {} },
    ]);
    for (const { taskId } of submitted) await engine.settled(taskId);
    await engine.stop();
    const olderThan = new Date(clock.now() + 1);
    const count = async (filter: object) => (await prune(database, { olderThan, dryRun: true, ...filter })).tasks;
    expect(await count({ namespace: "two" })).toBe(2);
    expect(await count({ name: "graph" })).toBe(2);
    expect(await count({ namespace: "none" })).toBe(0);
    expect((await prune(database, { olderThan, namespace: "two", name: "graph" })).tasks).toBe(1);
    expect(await taskIds(database)).toEqual([submitted[0]?.taskId, submitted[2]?.taskId]);
  });

  test("leaves a failed task that somebody has set to go on", async () => {
    const database = await useDatabase(open);
    const run = () => {
      throw new PermanentError("no");
    };
    const { engine, clock } = await startEngine(database, [graphTemplate("a", { run })]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    await engine.stop();
    await database.query("update tasker_task_runs set wake_at = now() where task_id = $1", [taskId]);
    const report = await prune(database, { olderThan: new Date(clock.now() + 1), states: ["error"] });
    expect(report).toMatchObject({ tasks: 0, skipped: NOTHING_SKIPPED });
    expect(await taskIds(database)).toEqual([taskId]);
  });

  test("deletes tasks that Rails has made, which have no run row", async () => {
    const database = await useDatabase(open);
    await insertTasks(database, { count: 3, steps: 2 });
    const [pending = 0] = await insertTasks(database, { count: 1, steps: 2 });
    await database.query("delete from tasker_task_transitions where task_id = $1", [pending]);
    expect(await prune(database, { olderThan: LATER })).toMatchObject({ tasks: 3, rows: { tasker_task_runs: 0 } });
    expect(await taskIds(database)).toEqual([pending]);
  });

  test("a dry run counts what a run then deletes, and changes nothing", async () => {
    const database = await useDatabase(open);
    const [from = 0, to = 0] = await insertTasks(database, { count: 9, steps: 3 });
    await link(database, from, to);
    const before = await dumpTasks(database);
    const counted = await prune(database, { olderThan: LATER, dryRun: true, batchSize: 2 });
    expect(await dumpTasks(database)).toEqual(before);
    expect(counted).toMatchObject({ tasks: 7, rows: { tasker_workflow_steps: 21, tasker_workflow_step_edges: 14 } });
    expect(await prune(database, { olderThan: LATER, batchSize: 4 })).toEqual(counted);
  });

  test("leaves whole a task that an edge joins to another one, and names it", async () => {
    const database = await useDatabase(open);
    const [from = 0, to = 0, , used = 0] = await insertTasks(database, { count: 4, steps: 2 });
    const [live = 0] = await insertTasks(database, { count: 1, steps: 2, state: "in_progress" });
    await link(database, from, to);
    await link(database, used, live);
    const report = await prune(database, { olderThan: LATER });
    expect(report).toMatchObject({ tasks: 1, skipped: { linked: { count: 3, taskIds: [from, to, used] } } });
    expect(await taskIds(database)).toEqual([from, to, used, live]);
    expect(await database.query("select from tasker_workflow_steps")).toHaveLength(8);
  });

  test("leaves a task to which a table of the application refers; the others of its batch go", async () => {
    const database = await useDatabase(open);
    const ids = await insertTasks(database, { count: 10, steps: 2 });
    await database.execute(`
      create table bills (task_id bigint references tasker_tasks, step_id bigint references tasker_workflow_steps);
      insert into bills values (${ids[3]}, null)`);
    await database.query("insert into bills values (null, $1)", [(await stepIds(database, ids[8] ?? 0))[1]]);
    try {
      const report = await prune(database, { olderThan: LATER });
      expect(report).toMatchObject({ tasks: 8, skipped: { referenced: { count: 2, taskIds: [ids[3], ids[8]] } } });
      expect(await taskIds(database)).toEqual([ids[3], ids[8]]);
      expect(await database.query("select from tasker_workflow_steps")).toHaveLength(4);
    } finally {
      await database.execute("drop table bills");
    }
  });

  test("rows of additive tables that cascade go with their task", async () => {
    const database = await useDatabase(open);
    const [first] = await insertTasks(database, { count: 2, steps: 1 });
    await database.execute(`
      create table tasker_marks (task_id bigint references tasker_tasks on delete cascade);
      insert into tasker_marks values (${first})`);
    try {
      expect((await prune(database, { olderThan: LATER })).tasks).toBe(2);
      expect(await database.query("select from tasker_marks")).toEqual([]);
    } finally {
      await database.execute("drop table tasker_marks");
    }
  });

  test("stopped between two batches leaves whole tasks, and the next run does the rest", async () => {
    const database = await useDatabase(open);
    await insertTasks(database, { count: 10, steps: 3 });
    const stop = new AbortController();
    const seen: number[] = [];
    const stopped = await prune(database, {
      olderThan: LATER,
      batchSize: 4,
      signal: stop.signal,
      onProgress: ({ tasks }) => {
        seen.push(tasks);
        if (tasks === 8) stop.abort();
      },
    });
    expect([seen, stopped.tasks, stopped.stopped]).toEqual([[4, 8], 8, true]);
    expect(await countTaskRows(database)).toMatchObject({
      tasker_tasks: 2,
      tasker_task_transitions: 2,
      tasker_workflow_steps: 6,
      tasker_workflow_step_edges: 4,
      tasker_workflow_step_transitions: 6,
    });
    expect(await prune(database, { olderThan: LATER })).toMatchObject({ tasks: 2, stopped: false });
  });

  test("rests between batches for as long as asked, or until it is stopped", async () => {
    const database = await useDatabase(open);
    await insertTasks(database, { count: 3, steps: 1 });
    const clock = new ManualClock();
    const stop = new AbortController();
    let deleted = 0;
    const run = prune(database, {
      olderThan: LATER,
      batchSize: 1,
      pauseMs: 1000,
      clock,
      signal: stop.signal,
      onProgress: ({ tasks }) => {
        deleted = tasks;
      },
    });
    const resting = async (tasks: number) => {
      while (deleted < tasks || clock.timers.length === 0) await new Promise((resolve) => setImmediate(resolve));
    };
    await resting(1);
    clock.advance(999);
    expect(clock.timers).toHaveLength(1);
    clock.advance(1);
    await resting(2);
    stop.abort();
    expect(await run).toMatchObject({ tasks: 2, stopped: true });
    expect(clock.timers).toHaveLength(0);
  });

  test("locks fewer tasks at once where they have many steps, but always one", async () => {
    const database = await useDatabase(open);
    const ids = [
      ...(await insertTasks(database, { count: 2, steps: 4 })),
      ...(await insertTasks(database, { count: 1, steps: 11 })),
      ...(await insertTasks(database, { count: 2, steps: 1 })),
    ];
    const wanted = { states: ["complete"] as const, olderThan: LATER, namedTaskIds: null };
    await database.transaction(async (transaction) => {
      const lock = (from: number) => lockTasks(transaction, wanted, ids.slice(from), 10);
      expect(await lock(0)).toEqual({ locked: ids.slice(0, 2), busy: [], rest: ids.slice(2) });
      expect(await lock(2)).toEqual({ locked: ids.slice(2, 3), busy: [], rest: ids.slice(3) });
      expect(await lock(3)).toEqual({ locked: ids.slice(3), busy: [], rest: [] });
    });
  });

  test("an idempotency key is free again when its task was deleted", async () => {
    const database = await useDatabase(open);
    const { engine, clock } = makeEngine(database, [graphTemplate("a")]);
    const request = { name: "graph", context: {}, idempotencyKey: "k" };
    const { taskId } = await engine.submit(request);
    await transitionAsRails(database, { taskId }, "cancelled");
    const olderThan = new Date(Math.max(clock.now(), Date.now()) + 60_000);
    expect((await prune(database, { olderThan, states: ["cancelled"] })).tasks).toBe(1);
    expect((await engine.submit(request)).created).toBe(true);
  });

  test.each([
    [{ olderThan: new Date(Number.NaN) }, "olderThan is Invalid Date, expected a valid Date"],
    [
      { olderThan: LATER, states: [] },
      "states is , expected one or more of complete, cancelled, resolved_manually, error",
    ],
    [{ olderThan: LATER, batchSize: 0 }, "batchSize is 0, expected a whole number from 1 to 10000"],
    [{ olderThan: LATER, batchSize: 2.5 }, "batchSize is 2.5, expected"],
    [{ olderThan: LATER, pauseMs: -1 }, "pauseMs is -1, expected a number of milliseconds, 0 or more"],
  ])("refuses %j", async (options, message) => {
    await expect(prune(await useDatabase(open), options)).rejects.toThrow(message);
  });

  test("refuses states in which a task is live", async () => {
    const database = await useDatabase(open);
    const options = { olderThan: LATER, states: JSON.parse('["in_progress"]') };
    await expect(prune(database, options)).rejects.toMatchObject({ code: "TASKER_INVALID_REQUEST" });
  });
});
