import { afterEach, beforeEach, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { generateTasks, linear } from "../../../src/testing/index.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { runCaptured } from "../support/captured-io.ts";

describeOnPostgres("tasker db check", () => {
  let owner: ThrowAwayDatabase;
  let database: Database;
  beforeEach(async () => {
    owner = await createTestDatabase();
    database = await openPostgres(owner.url);
    await generateTasks(database, {
      count: 3,
      shapes: [{ item: linear(2), share: 1 }],
      states: [{ item: "complete", share: 1 }],
    });
  });
  afterEach(async () => {
    await database.close();
    await owner.drop();
  });

  const check = (...argv: string[]) =>
    runCaptured(["db", "check", ...argv], { cwd: "/", env: { DATABASE_URL: owner.url } });

  test("says in one line that all is well", async () => {
    const { code, out, err } = await check();
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^checked 3 tasks with 6 steps in \S+: no violation\n$/);
  });

  test("says what each broken rule expects and what was found, and ends with 1", async () => {
    await database.execute("update tasker_tasks set complete = false where task_id <> 2");
    const { code, out } = await check("--limit", "1");
    expect(code).toBe(1);
    expect(out).toMatch(
      /^error task columns: 2 violations\n {2}expected {2}a task is marked .*\n {2}found {5}task 1: complete: complete f, .*\n {2}and 1 more\n\nchecked 3 tasks .*: 2 violations\n$/,
    );
  });

  test("looks at one task, or at those created since a time", async () => {
    await database.execute("update tasker_tasks set complete = false where task_id = 2");
    expect(await check("--task-id", "1")).toMatchObject({ code: 0, out: expect.stringContaining("checked 1 task ") });
    expect(await check("--task-id", "2")).toMatchObject({ code: 1 });
    expect((await check("--task-id", "9")).err).toContain("there is no task 9");
    const later = await check("--since", "2030-01-01T00:00:00Z");
    expect(later.out).toMatch(/^checked 0 tasks with 0 steps in \S+: no violation\n$/);
    expect(later.err).toBe("not checked: concurrency limits, it is about all tasks together\n");
  });

  test("prints the whole report as JSON", async () => {
    await database.execute("update tasker_tasks set complete = false where task_id = 2");
    const { code, out } = await check("--json");
    const report = JSON.parse(out);
    expect({ code, report }).toMatchObject({
      code: 1,
      report: { tasks: 3, steps: 6, violations: 1, unclear: 0, unchecked: [], seconds: expect.any(Number) },
    });
    expect(report.rules.find(({ rule }: { rule: string }) => rule === "task columns")).toMatchObject({
      violations: 1,
      findings: [{ task_id: 2, step_id: null, found: expect.any(String), unclear: false }],
    });
    expect(report.rules.length).toBeGreaterThan(20);
  });
});
