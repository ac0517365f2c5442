import { expect, onTestFinished, test } from "vitest";
import type { Connection } from "../../src/database/database.ts";
import { openPostgres } from "../../src/database/postgres.ts";
import type { EngineOptions } from "../../src/engine/options.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, startEngine, until } from "../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres } from "../support/test-database.ts";

const STEPS = 10;
const LINE = Array.from({ length: STEPS - 1 }, (_, place) => `s${place} -> s${place + 1}`).join(", ");

/** The tables that grow with every task. */
const GROWING = "relname ~ '^tasker_(tasks|task_runs|task_transitions|workflow_step)'";

interface Reads {
  /** Sequential scans of growing tables. */
  readonly scans: number;
  /** Index entries read of growing tables, for each step that ran. */
  readonly entriesPerStep: number;
  readonly entries: number;
}

async function countReads(connection: Connection): Promise<Reads> {
  const [tables] = await connection.query(
    `select coalesce(sum(seq_scan), 0)::int8 as scans from pg_stat_user_tables where ${GROWING}`,
  );
  const [indexes] = await connection.query(
    `select coalesce(sum(idx_tup_read), 0)::int8 as entries from pg_stat_user_indexes where ${GROWING}`,
  );
  return { scans: Number(tables?.scans), entries: Number(indexes?.entries), entriesPerStep: 0 };
}

/** Runs tasks of ten steps on connections of their own and gives what was read. */
async function measure(url: string, tasks: number, options: Pick<EngineOptions, "adopt">): Promise<Reads> {
  const observer = await openPostgres(url, { connections: 1 });
  onTestFinished(() => observer.close());
  const before = await countReads(observer);
  const database = await openPostgres(url);
  const { engine, clock } = await startEngine(database, [graphTemplate(LINE)], options);
  for (let submitted = 0; submitted < tasks; submitted += 50) {
    clock.advance(500);
    const batch = await engine.submitMany(Array.from({ length: 50 }, () => ({ name: "graph", context: {} })));
    await Promise.all(batch.map(({ taskId }) => engine.settled(taskId)));
  }
  await engine.stop();
  // A connection tells what it has read when it ends.
  await database.close();
  let after = before;
  await until(async () => {
    after = await countReads(observer);
    return after.entries - before.entries > tasks * STEPS;
  }, "the statistics");
  const entries = after.entries - before.entries;
  return { scans: after.scans - before.scans, entries, entriesPerStep: entries / (tasks * STEPS) };
}

/** Adds tasks that wait, so that the tables are those of a database that has been in use. */
async function fill(url: string, tasks: number): Promise<void> {
  const database = await openPostgres(url);
  const { engine } = await startEngine(database, [graphTemplate(LINE)]);
  const runAt = new Date("2030-01-01");
  for (let submitted = 0; submitted < tasks; submitted += 500) {
    await engine.submitMany(Array.from({ length: 500 }, () => ({ name: "graph", context: {}, runAt })));
  }
  await engine.stop();
  await database.close();
}

describeOnPostgres("what a step reads of the tables", () => {
  test.each([
    ["an empty database that was never analysed", "", {}],
    ["an empty database that was analysed", "analyze", {}],
    ["an empty database that is shared, analysed", "analyze", { adopt: true }],
  ] as const)("does not grow with them, beginning with %s", async (_what, prepare, options) => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const setup = await openPostgres(url, { connections: 1 });
    await setup.execute(prepare);
    const empty = await measure(url, 100, options);
    await fill(url, 2_000);
    const full = await measure(url, 300, options);
    // A handful when an engine starts and stops, however many batches it has written.
    expect(empty.scans).toBeLessThan(15);
    expect(full.scans).toBeLessThan(15);
    expect(empty.entriesPerStep).toBeLessThan(30);
    expect(full.entriesPerStep).toBeLessThan(30);
    await expectCleanAuditTrail(setup);
    await setup.close();
  });
});
