import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import {
  complexShapes,
  complexWorkflowBatch,
  diverseDataset,
  EVERY_STATE,
  workflowDataset,
} from "../../src/testing/bulk/batches.ts";
import { distribute } from "../../src/testing/bulk/distribute.ts";
import { generateTasks } from "../../src/testing/bulk/generate-tasks.ts";
import { drain } from "../../src/testing/run/drain.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { bindShape } from "../../src/testing/shapes/shape.ts";
import { linear } from "../../src/testing/shapes/sized-shapes.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { startEngine, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

/** Everything of the tasks that does not follow from ids, in the order of the tasks. */
async function readContents(database: Database) {
  return database.query(`
    select t.context - 'batch_id' as context, t.created_at, t.complete, (
        select jsonb_agg(jsonb_build_array(n.name, s.attempts, s.results, s.processed_at, s.last_attempted_at,
          s.backoff_request_seconds, (
            select jsonb_agg(jsonb_build_array(x.sort_key, x.from_state, x.to_state, x.created_at,
              x.metadata - 'writer' - 'epoch' - 'seq' - 'execution_id') order by x.sort_key)
            from tasker_workflow_step_transitions x where x.workflow_step_id = s.workflow_step_id
          )) order by s.workflow_step_id)
        from tasker_workflow_steps s join tasker_named_steps n using (named_step_id) where s.task_id = t.task_id
      ) as steps
    from tasker_tasks t order by (t.context ->> 'number')::int`);
}

const createdBetween = { from: new Date("2026-01-01T00:00:00Z"), to: new Date("2026-01-02T00:00:00Z") };

describe("shares", () => {
  test("give each its rounded part; the first makes up for the difference", () => {
    const shares = complexShapes();
    expect(distribute(50, shares)).toEqual([14, 13, 10, 8, 5]);
    expect(distribute(30, shares)).toEqual([8, 8, 6, 5, 3]);
    expect(distribute(10, shares)).toEqual([2, 3, 2, 2, 1]);
    expect(
      distribute(20, [
        { item: 1, share: 0.5 },
        { item: 2, share: 0.5 },
      ]),
    ).toEqual([10, 10]);
  });

  test("always add up to the count", () => {
    const parts = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 })
      .filter((all) => all.some((part) => part > 0));
    fc.assert(
      fc.property(fc.nat(1_000), parts, (count, all) => {
        const counts = distribute(
          count,
          all.map((share) => ({ item: null, share })),
        );
        expect(counts.reduce((sum, part) => sum + part, 0)).toBe(count);
        expect(counts.every((part) => part >= 0)).toBe(true);
      }),
    );
  });

  test("refuse shares of nothing", () => {
    expect(() => distribute(1, [])).toThrow("expected numbers of 0 or more, one above 0");
    expect(() => distribute(1, [{ item: 1, share: -1 }])).toThrow("shares are -1");
  });
});

describeOnPostgres("generated tasks", () => {
  let database: Database;
  beforeEach(async () => {
    database = await useDatabase(openTestDatabase);
  });

  test("of a complex batch share one batch id and come in the reference's mix", async () => {
    const batch = await complexWorkflowBatch(database);
    expect(batch).toMatchObject({ totalCount: 50, stateCounts: { pending: 50 } });
    expect(batch.patternCounts).toEqual({
      linear_workflow_task: 14,
      diamond_workflow_task: 13,
      parallel_merge_workflow_task: 10,
      tree_workflow_task: 8,
      mixed_workflow_task: 5,
    });
    expect(await database.query("select distinct context ->> 'batch_id' as id from tasker_tasks")).toEqual([
      { id: batch.batchId },
    ]);
    const [counts] = await database.query("select count(*)::int as steps from tasker_workflow_steps");
    expect(counts).toEqual({ steps: batch.stepCount });
    expect(batch.stepCount).toBe(14 * 6 + 13 * 7 + 10 * 7 + 8 * 8 + 5 * 9);
  });

  test("of a data set have the realistic distribution of states", async () => {
    const batch = await workflowDataset(database);
    expect(batch.stateCounts).toEqual({ complete: 9, error: 3, pending: 18 });
    expect(batch.tasks.map(({ state }) => state).slice(0, 12)).toEqual([
      ...Array(9).fill("complete"),
      ...Array(3).fill("error"),
    ]);
    const rows = await database.query(
      `select coalesce(x.to_state, 'pending') as state, count(*)::int as count from tasker_tasks t
       left join tasker_task_transitions x on x.task_id = t.task_id and x.most_recent group by 1 order by 1`,
    );
    expect(rows).toEqual([
      { state: "complete", count: 9 },
      { state: "error", count: 3 },
      { state: "pending", count: 18 },
    ]);
    await expectCleanAuditTrail(database);
  });

  test("of a diverse data set cycle through the five shapes", async () => {
    const { tasks } = await diverseDataset(database, { count: 7 });
    expect(tasks.map(({ pattern }) => pattern)).toEqual([
      "linear_workflow_task",
      "diamond_workflow_task",
      "parallel_merge_workflow_task",
      "tree_workflow_task",
      "mixed_workflow_task",
      "linear_workflow_task",
      "diamond_workflow_task",
    ]);
  });

  test("in every state, spread over time, keep the rules of the audit trail, and an engine finishes those that are live", async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 3));
    const shapes = complexShapes();
    const batch = await generateTasks(database, {
      count: 300,
      shapes,
      states: EVERY_STATE,
      createdBetween,
      chunkSize: 70,
    });
    expect(batch.stateCounts).toEqual({
      complete: 150,
      pending: 60,
      in_progress: 30,
      waiting: 24,
      error: 24,
      cancelled: 12,
    });
    const [times] = await database.query("select min(created_at) as first, max(created_at) as last from tasker_tasks");
    expect(Number(times?.first)).toBeGreaterThanOrEqual(createdBetween.from.getTime());
    expect(Number(times?.first)).toBeLessThan(createdBetween.from.getTime() + 600_000);
    expect(Number(times?.last)).toBeLessThanOrEqual(createdBetween.to.getTime());
    expect(Number(times?.last)).toBeGreaterThan(createdBetween.to.getTime() - 600_000);
    await expectCleanAuditTrail(database);
    const templates = shapes.map(({ item }) => bindShape(item).template);
    await drain(await startEngine(database, templates, { clock }));
    const live = await database.query("select task_id from tasker_task_runs where wake_at is not null");
    expect(live).toEqual([]);
    await expectCleanAuditTrail(database);
  });

  test("are the same for the same seed, whatever their ids, and others for another seed", async () => {
    const contents = [];
    for (const seed of [7, 7, 8]) {
      const own = await useDatabase(openTestDatabase);
      const options = { count: 40, shapes: complexShapes(), states: EVERY_STATE, createdBetween, seed, chunkSize: 9 };
      await generateTasks(own, options);
      contents.push(await readContents(own));
    }
    expect(contents[0]).toHaveLength(40);
    expect(contents[1]).toEqual(contents[0]);
    expect(contents[2]).not.toEqual(contents[0]);
  });

  test("tell their progress, and end where the signal says", async () => {
    const controller = new AbortController();
    const told: number[] = [];
    const generation = generateTasks(database, {
      count: 100,
      shapes: [{ item: linear(2), share: 1 }],
      chunkSize: 10,
      signal: controller.signal,
      onProgress: ({ tasks, steps, count }) => {
        expect([steps, count]).toEqual([2 * tasks, 100]);
        told.push(tasks);
        if (tasks === 30) controller.abort(new Error("enough"));
      },
    });
    await expect(generation).rejects.toThrow("enough");
    const [rows] = await database.query("select count(*)::int as count from tasker_tasks");
    expect(rows?.count).toBe(told.at(-1));
    expect(rows?.count).toBeLessThan(100);
  });

  test("can be written without checking foreign keys, in the reference's manner, or not at all", async () => {
    const shapes = [{ item: linear(3), share: 1 }];
    await generateTasks(database, {
      count: 20,
      shapes,
      states: EVERY_STATE,
      checkForeignKeys: false,
      style: "reference",
    });
    await generateTasks(database, { count: 0, shapes });
    const [rows] = await database.query(
      "select (select count(*)::int from tasker_tasks) as tasks, (select count(*)::int from tasker_task_runs) as runs",
    );
    expect(rows).toEqual({ tasks: 20, runs: 0 });
    await expectCleanAuditTrail(database);
    await expect(generateTasks(database, { count: -1, shapes })).rejects.toThrow("count is -1");
  });
});
