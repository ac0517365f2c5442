import { expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { lockTasks } from "../../../src/database/retention/lock-tasks.ts";
import { prune } from "../../../src/database/retention/prune.ts";
import { DatabaseUnavailableError } from "../../../src/errors/index.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  startEngine,
  transitionAsRails,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { countTaskRows, insertTasks, stepIds, taskIds } from "./stored-tasks.ts";

const LATER = new Date("2026-06-01T00:00:00Z");

describeOnPostgres("pruning beside others", () => {
  const openTwo = () => useDatabase(() => openTestDatabase({ connections: 6 }));

  /** Holds a transaction open around `work`, and rolls it back. */
  async function holding<T>(database: Database, sql: string, work: () => Promise<T>): Promise<T> {
    const held = makeGate();
    const over = makeGate();
    const holder = database.transaction(async (transaction) => {
      await transaction.execute(sql);
      held.open();
      await over.promise;
      throw new Error("rolled back");
    });
    await Promise.race([held.promise, holder]);
    try {
      return await work();
    } finally {
      over.open();
      await holder.catch(() => undefined);
    }
  }

  test("an engine that submits and runs tasks all the while meets no error, and leaves a clean audit trail", async () => {
    const database = await openTwo();
    await insertTasks(database, { count: 1000, steps: 3, since: "2025-12-01" });
    const clock = new ManualClock();
    const { engine, lines } = await startEngine(database, [graphTemplate("a -> b, a -> c, b -> d, c -> d")], { clock });
    let pruning = true;
    const ended: Promise<unknown>[] = [];
    const submitting = (async () => {
      while (pruning) {
        const tasks = await engine.submitMany(Array.from({ length: 20 }, () => ({ name: "graph", context: {} })));
        const ends = tasks.map(({ taskId }) => engine.settled(taskId));
        ended.push(...ends);
        await Promise.all(ends);
        // What has just ended is old enough a moment later.
        clock.advance(1);
      }
    })();
    let deleted = 0;
    for (let run = 0; run < 4; run++) {
      const submitted = ended.length;
      await until(() => ended.length > submitted, "the next tasks of the engine");
      const report = await prune(database, { olderThan: new Date(clock.now()), batchSize: 100 });
      expect(report.skipped).toMatchObject({ linked: { count: 0 }, referenced: { count: 0 }, oversized: { count: 0 } });
      deleted += report.tasks;
    }
    pruning = false;
    await submitting;
    expect(new Set(await Promise.all(ended)).size).toBe(ended.length);
    await engine.stop();
    expect(deleted).toBeGreaterThan(1000);
    expect(lines.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
    expect((await taskIds(database)).length).toBe(1000 + ended.length - deleted);
    await expectCleanAuditTrail(database);
  });

  test.each([
    ["run row", (id: number) => `select from tasker_task_runs where task_id = ${id} for no key update`],
    ["task", (id: number) => `select from tasker_tasks where task_id = ${id} for key share`],
    [
      "task's transition",
      (id: number) => `update tasker_task_transitions set updated_at = now() where task_id = ${id}`,
    ],
    ["step", (id: number) => `update tasker_workflow_steps set updated_at = now() where task_id = ${id}`],
    [
      "step's transition",
      (id: number) => `update tasker_workflow_step_transitions set updated_at = now()
        where workflow_step_id in (select workflow_step_id from tasker_workflow_steps where task_id = ${id})`,
    ],
    [
      "new annotation",
      (id: number) => `insert into tasker_annotation_types (name, created_at, updated_at) values ('x', now(), now());
        insert into tasker_task_annotations (task_id, annotation_type_id, created_at, updated_at)
        select ${id}, annotation_type_id, now(), now() from tasker_annotation_types`,
    ],
  ])("a task of which somebody holds the %s is left; the others go; nobody waits", async (_what, lock) => {
    const database = await openTwo();
    const ids = await insertTasks(database, { count: 8, steps: 2 });
    await database.execute(`
      insert into tasker_task_runs (task_id, definition_hash, task_namespace_id, named_task_id, correlation_id)
      select task_id, '', 1, named_task_id, '' from tasker_tasks`);
    const held = ids[5] ?? 0;
    const report = await holding(database, lock(held), () => prune(database, { olderThan: LATER }));
    expect(report).toMatchObject({ tasks: 7, skipped: { busy: { count: 1, taskIds: [held] } } });
    expect(await countTaskRows(database)).toMatchObject({
      tasker_tasks: 1,
      tasker_task_runs: 1,
      tasker_workflow_steps: 2,
      tasker_workflow_step_edges: 1,
      tasker_workflow_step_transitions: 2,
    });
    expect((await prune(database, { olderThan: LATER })).tasks).toBe(1);
  });

  test("a task that was locked and is free at the end of the run goes with that run", async () => {
    const database = await openTwo();
    const ids = await insertTasks(database, { count: 4, steps: 1 });
    const free = makeGate();
    const held = makeGate();
    const holder = database.transaction(async (transaction) => {
      await transaction.execute(`select from tasker_tasks where task_id = ${ids[0]} for key share`);
      held.open();
      await free.promise;
    });
    await held.promise;
    const seen: number[] = [];
    const archive = {
      append: async (lines: readonly string[]) => {
        seen.push(lines.length);
        if (seen.length < 2) return;
        free.open();
        await holder;
      },
    };
    const report = await prune(database, { olderThan: LATER, batchSize: 2, archive });
    expect(report).toMatchObject({ tasks: 4, skipped: { busy: { count: 0 } } });
    expect(seen).toEqual([1, 2, 1]);
  });

  test("a task that somebody has taken up between the search and the lock survives", async () => {
    const database = await openTwo();
    const [, second = 0, third = 0] = await insertTasks(database, { count: 3, steps: 1, state: "error" });
    await database.execute(`
      insert into tasker_task_runs (task_id, definition_hash, task_namespace_id, named_task_id, correlation_id)
      select task_id, '', 1, named_task_id, '' from tasker_tasks`);
    const archive = {
      // Called for the first task: the search has found all three by then.
      append: async () => {
        await transitionAsRails(database, { taskId: second }, "pending");
        await database.query("update tasker_task_runs set wake_at = now() where task_id = $1", [third]);
      },
    };
    const report = await prune(database, { olderThan: LATER, states: ["error"], batchSize: 1, archive });
    expect(report).toMatchObject({ tasks: 1, skipped: { busy: { count: 2, taskIds: [second, third] } } });
    expect(await taskIds(database)).toEqual([second, third]);
    expect(await stepIds(database, second)).toHaveLength(1);
  });

  test("a move that is committed while the lock is being taken is seen", async () => {
    const database = await openTwo();
    const [taskId = 0] = await insertTasks(database, { count: 1, steps: 1, state: "error" });
    const wanted = { states: ["error"] as const, olderThan: LATER, namedTaskIds: null };
    await database.transaction(async (transaction) => {
      expect(await lockTasks(transaction, wanted, [taskId])).toEqual({ locked: [taskId], busy: [], rest: [] });
      // Who wants to move it now has to wait for the end of this transaction.
      await expect(
        database.transaction(async (other) => {
          await other.execute("set local lock_timeout = 50");
          await transitionAsRails(other, { taskId }, "pending");
        }),
      ).rejects.toMatchObject({ context: { sqlstate: "55P03" } });
    });
    await transitionAsRails(database, { taskId }, "pending");
    await database.transaction(async (transaction) => {
      expect(await lockTasks(transaction, wanted, [taskId])).toEqual({ locked: [], busy: [taskId], rest: [] });
    });
  });

  test("several runs at once delete every task once", async () => {
    const database = await openTwo();
    await insertTasks(database, { count: 400, steps: 2 });
    const reports = await Promise.all([1, 2, 3].map(() => prune(database, { olderThan: LATER, batchSize: 20 })));
    expect(reports.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(400);
    expect(await countTaskRows(database)).toMatchObject({ tasker_tasks: 0, tasker_workflow_step_transitions: 0 });
  });

  test("a run whose connection is cut off leaves whole tasks", async () => {
    const database = await openTwo();
    await insertTasks(database, { count: 20, steps: 3 });
    const appended = makeGate();
    let batches = 0;
    const archive = {
      append: async () => {
        batches += 1;
        if (batches === 2) {
          await database.execute(`
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and state = 'idle in transaction'`);
          appended.open();
        }
      },
    };
    await expect(prune(database, { olderThan: LATER, batchSize: 5, archive })).rejects.toThrow(
      DatabaseUnavailableError,
    );
    await appended.promise;
    expect(await countTaskRows(database)).toMatchObject({
      tasker_tasks: 15,
      tasker_workflow_steps: 45,
      tasker_workflow_step_edges: 30,
      tasker_workflow_step_transitions: 45,
    });
    expect((await prune(database, { olderThan: LATER })).tasks).toBe(15);
  });
});
