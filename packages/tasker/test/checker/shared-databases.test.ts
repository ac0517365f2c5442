import { expect, test } from "vitest";
import { checkHistory } from "../../src/checker/check-history.ts";
import type { HistoryReport } from "../../src/checker/history-report.ts";
import { MigrationError } from "../../src/errors/index.ts";
import { useDatabase } from "../support/engine-harness.ts";
import { layOutLikeRails } from "../support/rails-layout.ts";
import { createRailsTask, type RailsTask } from "../support/rails-rows.ts";
import { createTestDatabase, describeOnPostgres, openThrowAway } from "../support/test-database.ts";

const COMPLETE = [
  { to: "in_progress", sortKey: 10 },
  { to: "complete", sortKey: 20 },
];
const DONE = { processed: true, processed_at: "2025-12-31", attempts: 1 };
const TASK: RailsTask = {
  complete: true,
  rows: COMPLETE,
  steps: [
    { name: "a", rows: [{ to: "pending", sortKey: 0 }, ...COMPLETE], columns: DONE },
    { name: "b", dependsOn: ["a"], rows: COMPLETE, columns: DONE },
  ],
};

const brokenRules = ({ rules }: HistoryReport) =>
  rules.flatMap(({ rule, violations, unclear }) =>
    violations + unclear === 0 ? [] : [`${rule}: ${violations} violations, ${unclear} unclear`],
  );

describeOnPostgres("the check of a database that only Rails has written to", () => {
  const openRailsDatabase = () =>
    useDatabase(async () => {
      const place = await createTestDatabase({ template: "template0" });
      const database = await openThrowAway(place);
      await layOutLikeRails(database);
      return database;
    });

  test("leaves out what only an engine writes, and says so", async () => {
    const database = await openRailsDatabase();
    await createRailsTask(database, TASK);
    await createRailsTask(database, { steps: [{ name: "a" }, { name: "b", dependsOn: ["a"] }] });
    const report = await checkHistory(database);
    expect(report).toMatchObject({ tasks: 2, steps: 4, violations: 0, unclear: 0 });
    const unchecked = report.unchecked.map(({ rule }) => rule);
    expect(unchecked).toContain("fencing");
    expect(unchecked).toContain("concurrency limits");
    expect(report.rules.filter(({ rule }) => unchecked.includes(rule))).toEqual([]);
    expect(report.unchecked[0]?.reason).toBe("the database has the tables of the reference only");
  });

  test("tells a violation from what its rows are not enough for", async () => {
    const database = await openRailsDatabase();
    const taskId = await createRailsTask(database, TASK);
    // As the clocks of two machines may have it.
    await database.execute(
      "update tasker_workflow_step_transitions set created_at = '2026-01-01' where to_state = 'complete'",
    );
    // By the order of ids and times the child has begun before the end of its parent.
    const doubtful = await checkHistory(database);
    expect(brokenRules(doubtful)).toEqual(["satisfied parents: 0 violations, 1 unclear"]);
    const findings = doubtful.rules.flatMap((rule) => rule.findings);
    expect(findings).toEqual([expect.objectContaining({ taskId, unclear: true })]);
    expect(findings[0]?.found).toMatch(/^in_progress at 2025-12-31 .*, parent \d+ is satisfied at 2026-01-01 /);
    // No clock makes a parent satisfied that never was.
    await database.execute(`
      delete from tasker_workflow_step_transitions where to_state = 'complete' and workflow_step_id = (
        select min(workflow_step_id) from tasker_workflow_steps)`);
    expect(brokenRules(await checkHistory(database))).toContain("satisfied parents: 1 violations, 0 unclear");
  });

  test("refuses a database without the tables, and one whose migrations were left off", async () => {
    const empty = await useDatabase(async () => openThrowAway(await createTestDatabase({ template: "template0" })));
    await expect(checkHistory(empty)).rejects.toThrow(MigrationError);
    const old = await openRailsDatabase();
    await old.execute("create table tasker_task_runs (task_id bigint primary key)");
    await expect(checkHistory(old)).rejects.toThrow("run 'tasker migrate' on it first");
  });
});
