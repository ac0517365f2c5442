import { expect, onTestFinished, test } from "vitest";
import type { Connection } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { findFinishedTasks } from "../../../src/database/retention/find-finished-tasks.ts";
import { prune } from "../../../src/database/retention/prune.ts";
import { until, useDatabase } from "../../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { insertTasks, taskIds } from "./stored-tasks.ts";

const LIMIT = new Date("2026-02-01T00:00:00Z");
const OLD = "2026-01-01";
const YOUNG = "2026-03-01";

describeOnPostgres("the search for old tasks", () => {
  test("goes on where the last window ended, until a whole window is young", async () => {
    const database = await useDatabase(openTestDatabase);
    await insertTasks(database, { count: 9, steps: 0, since: YOUNG });
    await insertTasks(database, { count: 2, steps: 0, since: OLD });
    await insertTasks(database, { count: 19, steps: 0, since: YOUNG });
    await insertTasks(database, { count: 1, steps: 0, since: OLD });
    const search = (olderThan: Date, after: number) =>
      findFinishedTasks(database, { states: ["complete"] as const, olderThan, namedTaskIds: null }, after, 10);
    expect(await search(LIMIT, 0)).toEqual({ taskIds: [10], next: 10 });
    expect(await search(LIMIT, 10)).toEqual({ taskIds: [11], next: 20 });
    expect(await search(LIMIT, 20)).toEqual({ taskIds: [], next: null });
    // When what stands before it has come of age, the last one is found as well.
    const ofAge = new Date("2026-04-01");
    expect(await search(ofAge, 20)).toMatchObject({ next: 30 });
    expect(await search(ofAge, 30)).toEqual({ taskIds: [31], next: null });
  });

  test("and the batches take fewer tasks at once where they have many steps", async () => {
    const database = await useDatabase(openTestDatabase);
    await insertTasks(database, { count: 2, steps: 6000 });
    const deleted: number[] = [];
    await prune(database, { olderThan: LIMIT, onProgress: ({ tasks }) => deleted.push(tasks) });
    expect(deleted).toEqual([1, 2]);
  });

  test("past tasks that stay does not begin anew with each batch", async () => {
    const database = await useDatabase(openTestDatabase);
    const kept = await insertTasks(database, { count: 300, steps: 0, state: "error" });
    await insertTasks(database, { count: 300, steps: 0 });
    const deleted: number[] = [];
    await prune(database, { olderThan: LIMIT, batchSize: 100, onProgress: ({ tasks }) => deleted.push(tasks) });
    expect(deleted).toEqual([100, 200, 300]);
    expect(await taskIds(database)).toEqual(kept);
  });
});

interface Reads {
  readonly scans: number;
  readonly entries: number;
  /** Look-ups by the child of an edge. */
  readonly byChild: number;
}

async function countReads(connection: Connection): Promise<Reads> {
  const [tables] = await connection.query(
    `select coalesce(sum(seq_scan), 0)::int8 as scans from pg_stat_user_tables
     where relname ~ '^tasker_(task|workflow)' and relname <> 'tasker_task_namespaces'`,
  );
  const [indexes] = await connection.query(
    `select coalesce(sum(idx_tup_read), 0)::int8 as entries,
       coalesce(sum(idx_scan) filter (where indexrelname = 'idx_step_edges_to_from'), 0)::int8 as by_child
     from pg_stat_user_indexes where relname ~ '^tasker_'`,
  );
  const { entries, by_child: byChild } = indexes ?? {};
  return { scans: Number(tables?.scans), entries: Number(entries), byChild: Number(byChild) };
}

describeOnPostgres("what pruning reads", () => {
  test.each([
    ["never analysed", ""],
    ["analysed while they were empty", "analyze"],
  ])("does not grow with tables that were %s", async (_what, prepare) => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const observer = await openPostgres(url, { connections: 1 });
    onTestFinished(() => observer.close());
    const entriesPerTask: number[] = [];
    for (const others of [0, 3000]) {
      const database = await openPostgres(url, { connections: 1 });
      await database.execute(prepare);
      // Young ones behind the old ones: every statement but the search has them in its tables.
      await insertTasks(database, { count: 400, steps: 3 });
      await insertTasks(database, { count: others, steps: 3, since: YOUNG });
      await database.close();
      const before = await countSettled(observer);
      const pruning = await openPostgres(url, { connections: 1 });
      const lines: string[] = [];
      const archive = { append: async (more: readonly string[]) => void lines.push(...more) };
      expect((await prune(pruning, { olderThan: LIMIT, batchSize: 20, archive })).tasks).toBe(400);
      await pruning.close();
      let after = before;
      await until(async () => {
        after = await countReads(observer);
        return after.entries - before.entries > 4000 && after.byChild - before.byChild >= 2 * 400 * 3;
      }, "the statistics");
      after = await countSettled(observer);
      expect(after.scans - before.scans).toBe(0);
      // Once by the search for links and once by the foreign key: the other look-ups are by the parent, and go through the
      // whole index if they use this one.
      expect(after.byChild - before.byChild).toBe(2 * 400 * 3);
      entriesPerTask.push((after.entries - before.entries - others) / 400);
    }
    const [few = 0, many = 0] = entriesPerTask;
    expect(many).toBeLessThan(few * 2);
  });
});

/** Reads once the connections before have told theirs. */
async function countSettled(observer: Connection): Promise<Reads> {
  let last = await countReads(observer);
  await until(async () => {
    const others = await observer.query(
      "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
    );
    const next = await countReads(observer);
    const settled = others.length === 0 && next.entries === last.entries && next.scans === last.scans;
    last = next;
    return settled;
  }, "the statistics of others");
  return last;
}
