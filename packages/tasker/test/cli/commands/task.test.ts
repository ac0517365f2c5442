import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgres } from "../../../src/database/postgres.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

describeOnPostgres("tasker task", () => {
  let database: ThrowAwayDatabase;
  let project: WorkDirectory;
  const tasker = (...argv: string[]) => runCaptured(argv, { cwd: project.path, env: { DATABASE_URL: database.url } });

  // Task 1 is complete, task 2 has failed, tasks 3 and 4 have not begun.
  beforeAll(async () => {
    database = await createTestDatabase();
    project = createOrderProject();
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
    await tasker("submit", "order.yaml", "--context", '{"amount": 2, "failures": 9}');
    await tasker("work", "--template", "order.yaml", "--until-idle");
    await tasker("submit", "order.yaml", "--context", '{"amount": 3}');
    await tasker("submit", "order.yaml", "--context", '{"amount": 4}');
  });
  afterAll(async () => {
    project[Symbol.dispose]();
    await database.drop();
  });

  const ids = (out: string) => out.split("\n").flatMap((line) => /^ *(\d+) /.exec(line)?.[1] ?? []);

  test("list shows tasks, newest first", async () => {
    const { code, out } = await tasker("task", "list");
    expect(code).toBe(0);
    const [titles, ...rows] = out.trimEnd().split("\n");
    expect(titles).toMatch(/^id +state +steps +age +name +requested \(UTC\)$/);
    expect(rows.map((row) => row.replace(/ +\S+ +shop/, " T shop").replace(/ +\d{4}-.*/, ""))).toEqual([
      " 4  ○ pending     0/4 T shop/order 1.2.0",
      " 3  ○ pending     0/4 T shop/order 1.2.0",
      " 2  ✗ error       2/4 T shop/order 1.2.0",
      " 1  ✓ complete    4/4 T shop/order 1.2.0",
    ]);
  });

  test("list pages by a cursor", async () => {
    const first = await tasker("task", "list", "--limit", "3");
    expect(ids(first.out)).toEqual(["4", "3", "2"]);
    const [, cursor = ""] = /^more with --cursor (\S+)\n$/.exec(first.err) ?? [];
    const second = await tasker("task", "list", "--limit", "3", "--cursor", cursor);
    expect([ids(second.out), second.err]).toEqual([["1"], ""]);
  });

  test.each([
    [
      ["--state", "pending"],
      ["4", "3"],
    ],
    [["--state", "error"], ["2"]],
    [
      ["--name", "order", "--namespace", "shop"],
      ["4", "3", "2", "1"],
    ],
    [["--name", "refund"], []],
    [["--namespace", "default"], []],
  ])("list %j", async (filter, expected) => {
    expect(ids((await tasker("task", "list", ...filter)).out)).toEqual(expected);
  });

  test("list says when there is nothing", async () => {
    expect(await tasker("task", "list", "--name", "refund")).toEqual({ code: 0, out: "", err: "no tasks\n" });
  });

  test("list --json prints one object a line", async () => {
    const { out } = await tasker("task", "list", "--state", "error", "--json");
    expect(JSON.parse(out)).toMatchObject({
      task_id: 2,
      namespace: "shop",
      name: "order",
      version: "1.2.0",
      state: "error",
      steps: 4,
      done_steps: 2,
      failed_steps: 1,
      requested_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  test("show draws a task with its steps, context, results and audit trail", async () => {
    const { code, out } = await tasker("task", "show", "2");
    expect(code).toBe(0);
    expect(out).toMatch(/^✗ order 1\.2\.0 {2}task 2 {2}error {2}2\/4 steps/);
    expect(out).toMatch(/├─ ✗ charge +error +2\/2 .*\n│ {4}card gateway is busy\n/);
    expect(out).toContain('\ncontext\n  {"amount":2,"failures":9}\n');
    expect(out).toContain('\nresults\n  check    {"amount":2}\n  reserve  {"reserved":true}\n');
    const trail = out.slice(out.indexOf("audit trail (UTC)")).split("\n").slice(2);
    const changes = trail.flatMap(
      (line) => /^ {2}[\d:.]+ {2}. (charge|task) +(\w+)/.exec(line)?.slice(1, 3).join(" ") ?? [],
    );
    expect(changes).toEqual([
      "task in_progress",
      "charge in_progress",
      "charge error",
      "charge pending",
      "charge in_progress",
      "charge error",
      "task error",
    ]);
  });

  test("diagram draws a task in Mermaid, with links where a base URL is given", async () => {
    const { code, out } = await tasker("task", "diagram", "2", "--base-url", "https://host/tasker");
    expect(code).toBe(0);
    expect(out).toMatch(/^graph TD\nsubgraph "Task 2: order"\n[\s\S]*\nend\n$/);
    expect(out).toMatch(/\["Step: charge<br\/>Status: error<br\/>Attempts: 2<br\/>Error: card gateway is busy"\]/);
    expect(out).toMatch(/click step_\d+ "https:\/\/host\/tasker\/tasks\/2\/workflow_steps\/\d+"/);
  });

  test("diagram prints JSON and HTML", async () => {
    const json = await tasker("task", "diagram", "2", "--format", "json");
    expect(JSON.parse(json.out)).toMatchObject({ direction: "TD", title: "Task 2: order", nodes: { length: 5 } });
    const html = await tasker("task", "diagram", "2", "--format", "html");
    expect(html.out).toMatch(/^<!DOCTYPE html>[\s\S]*<h1><bdi>Task 2: order<\/bdi><\/h1>/);
  });

  test("diagram writes to a file, over what it held", async () => {
    const file = project.write("task.mmd", "old");
    expect(await tasker("task", "diagram", "1", "--output", "task.mmd")).toEqual({
      code: 0,
      out: "wrote task.mmd\n",
      err: "",
    });
    expect(readFileSync(file, "utf8")).toMatch(/^graph TD\n/);
  });

  test.each([
    [["99"], 1, "error TASKER_TASK_NOT_FOUND: there is no task 99\n"],
    [["1", "--format", "dot"], 2, "error TASKER_USAGE: --format is 'dot', expected mermaid, json, html\n"],
    [
      ["1", "--output", "no/such/file"],
      2,
      "error TASKER_USAGE: cannot write 'no/such/file': its directory does not exist\n",
    ],
    [["1", "--output", "."], 2, "error TASKER_USAGE: cannot write '.': it is a directory\n"],
  ])("diagram %j is refused in one line", async (argv, code, err) => {
    expect(await tasker("task", "diagram", ...argv)).toEqual({ code, out: "", err });
  });

  test("diagram refuses a base URL that is no web address", async () => {
    const { code, err } = await tasker("task", "diagram", "1", "--base-url", "javascript:alert(1)");
    expect(code).toBe(2);
    expect(err).toMatch(/^error TASKER_USAGE: --base-url is 'javascript:alert\(1\)', expected [^\n]+\n$/);
  });

  test("show of a task that has not begun", async () => {
    const { code, out } = await tasker("task", "show", "4");
    expect(code).toBe(0);
    expect(out).toMatch(/^○ order 1\.2\.0 {2}task 4 {2}pending {2}0\/4 steps/);
    expect(out).not.toContain("audit trail");
  });

  test("show of a task with an outcome that came too late", async () => {
    const connection = await openPostgres(database.url, { connections: 1 });
    await connection.execute(`
      insert into tasker_step_executions (execution_id, workflow_step_id, task_id, task_namespace_id, owner_id, epoch, attempt,
        process_id, state, started_at, heartbeat_at, finished_at, outcome, results, reason)
      select '9.1', min(workflow_step_id), 2, 1, 8, 1, 1, 9, 'refused', now(), now(), '2026-03-04 05:06:07',
        '{"kind": "success"}', '1', 'its task went on in another process'
      from tasker_workflow_steps where task_id = 2`);
    await connection.close();
    const { out } = await tasker("task", "show", "2");
    expect(out).toMatch(
      /came too late, and changed nothing \(UTC\)\n {2}2026-03-04 05:06:07 {2}\w+ {2}success of attempt 1 by process 9: its task went/,
    );
  });

  test("show --json has the names of the columns", async () => {
    const { out } = await tasker("task", "show", "1", "--json");
    expect(JSON.parse(out)).toMatchObject({
      task_id: 1,
      state: "complete",
      context: { amount: 1 },
      steps: expect.arrayContaining([
        expect.objectContaining({ name: "confirm", depends_on: ["reserve", "charge"], results: { confirmed: 1 } }),
      ]),
      annotations: [],
    });
  });

  test("show of a task that does not exist", async () => {
    expect(await tasker("task", "show", "99")).toEqual({
      code: 1,
      out: "",
      err: "error TASKER_TASK_NOT_FOUND: there is no task 99\n",
    });
  });

  test("a database without Tasker's schema is told from an empty one", async () => {
    const empty = await createTestDatabase({ template: "template0" });
    try {
      const env = { DATABASE_URL: empty.url };
      expect(await runCaptured(["task", "list"], { cwd: project.path, env })).toEqual({
        code: 1,
        out: "",
        err: "error TASKER_MIGRATION: the database has no up-to-date schema of Tasker: run 'tasker migrate' on it first\n",
      });
      const migrated = await runCaptured(["migrate"], { cwd: project.path, env });
      expect(migrated.code).toBe(0);
      expect(migrated.out).toMatch(/^applied 0001_\w+\n(applied \d{4}_\w+\n)+$/);
      expect((await runCaptured(["migrate"], { cwd: project.path, env })).out).toBe("the schema is up to date\n");
      const status = await runCaptured(["migrate", "--status"], { cwd: project.path, env });
      expect(status.out).toMatch(/^migration +applied \(UTC\)\n0001_\w+ +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n/);
      expect(await runCaptured(["task", "list"], { cwd: project.path, env })).toMatchObject({
        code: 0,
        err: "no tasks\n",
      });
    } finally {
      await empty.drop();
    }
  });

  test("a server that cannot be reached is one line", async () => {
    const env = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };
    const { code, err } = await runCaptured(["task", "list"], { cwd: project.path, env });
    expect(code).toBe(1);
    expect(err).toMatch(/^error TASKER_DATABASE_UNAVAILABLE: .*\n$/);
  });
});
