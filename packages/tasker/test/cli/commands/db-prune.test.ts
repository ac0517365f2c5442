import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listAudit } from "../../../src/auth/audit/list-audit.ts";
import { recordAudit } from "../../../src/auth/audit/record-audit.ts";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { insertTasks, taskIds } from "../../database/retention/stored-tasks.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { CapturedIo, runCaptured } from "../support/captured-io.ts";
import { WorkDirectory } from "../support/work-directory.ts";

describeOnPostgres("tasker db prune", () => {
  let owner: ThrowAwayDatabase;
  let database: Database;
  let directory: WorkDirectory;
  beforeEach(async () => {
    owner = await createTestDatabase();
    database = await openPostgres(owner.url);
    directory = new WorkDirectory();
    // Ended 31 days, 29 days and 31 days before the clock's time.
    await insertTasks(database, { count: 2, steps: 3, since: "2026-01-01" });
    await insertTasks(database, { count: 1, steps: 3, since: "2026-01-03" });
    await insertTasks(database, { count: 1, steps: 3, since: "2026-01-01", state: "error" });
  });
  afterEach(async () => {
    directory[Symbol.dispose]();
    await database.close();
    await owner.drop();
  });

  const surroundings = () => ({
    cwd: directory.path,
    env: { DATABASE_URL: owner.url },
    clock: new ManualClock(Date.UTC(2026, 1, 1)),
  });
  const prune = (...argv: string[]) => runCaptured(["db", "prune", ...argv], surroundings());

  test("deletes complete tasks that are old enough, and sums up in one line", async () => {
    expect(await prune("--older-than", "30d")).toEqual({
      code: 0,
      out: "deleted 2 tasks in 0ms (6 steps, 4 edges, 2 task transitions, 6 step transitions, 0 annotations, 0 run rows)\n",
      err: "",
    });
    expect(await taskIds(database)).toEqual([3, 4]);
  });

  test("takes states separated by commas and in several options", async () => {
    expect((await prune("--older-than", "0m", "--state", "error,cancelled", "--state", "complete")).out).toMatch(
      /^deleted 4 tasks /,
    );
  });

  test("a dry run says what would go, writes no archive and deletes nothing", async () => {
    const { code, out } = await prune("--older-than", "30d", "--dry-run", "--archive", "old.jsonl");
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^would delete 2 tasks in .* \(6 steps, /) });
    expect(existsSync(`${directory.path}/old.jsonl`)).toBe(false);
    expect(await taskIds(database)).toHaveLength(4);
  });

  test("writes an archive in the working directory, and goes on with it", async () => {
    await prune("--older-than", "30d", "--archive", "old.jsonl.gz", "--batch-size", "1");
    await prune("--older-than", "0m", "--archive", "old.jsonl.gz");
    const lines = gunzipSync(readFileSync(`${directory.path}/old.jsonl.gz`))
      .toString()
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line).task.task_id)).toEqual([1, 2, 3]);
  });

  test("an archive that cannot be written is an error, and nothing is deleted", async () => {
    expect(await prune("--older-than", "30d", "--archive", "none/old.jsonl")).toEqual({
      code: 1,
      out: "",
      err: `error TASKER_ARCHIVE: the archive '${directory.path}/none/old.jsonl' cannot be opened: there is no such directory\n`,
    });
    expect(await taskIds(database)).toHaveLength(4);
  });

  test("--json prints one object", async () => {
    const { out } = await prune("--older-than", "30d", "--json", "--name", "chain", "--namespace", "rails");
    expect(JSON.parse(out)).toEqual({
      tasks: 2,
      rows: {
        tasker_tasks: 2,
        tasker_task_transitions: 2,
        tasker_task_annotations: 0,
        tasker_task_runs: 0,
        tasker_workflow_steps: 6,
        tasker_workflow_step_edges: 4,
        tasker_workflow_step_transitions: 6,
      },
      webhook_deliveries: 0,
      loose_events: 0,
      audit_rows: 0,
      skipped: Object.fromEntries(
        ["busy", "linked", "unread", "referenced", "oversized"].map((reason) => [reason, { count: 0, task_ids: [] }]),
      ),
      older_than: "2026-01-02T00:00:00.000Z",
      dry_run: false,
      stopped: false,
      archive: null,
      seconds: 0,
    });
  });

  test("goes by engine.task_retention_days where it is not told how old tasks must be", async () => {
    expect(await prune("--dry-run")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--older-than is missing"),
    });
    const { out } = await prune("--older-than", "30d", "--dry-run");
    directory.write("tasker.yaml", "version: 1\nengine: {task_retention_days: 30}\n");
    expect((await prune("--dry-run")).out).toBe(out);
    directory.write("tasker.yaml", "version: 1\nengine: {task_retention_days: 36500}\n");
    expect((await prune("--dry-run")).out).not.toBe(out);
    expect((await prune("--older-than", "30d", "--dry-run")).out).toBe(out);
  });

  test("goes by engine.audit_log_retention_days, and is written to the audit log itself, unless it is a dry run", async () => {
    const entry = {
      actor: "ada",
      actorKind: "cli",
      source: "cli",
      action: "config.set",
      resource: "tasker.configuration",
    } as const;
    for (const day of ["2026-01-01", "2026-01-05"]) await recordAudit(database, { ...entry, at: new Date(day) });
    const actions = async () => (await listAudit(database)).map(({ action, at }) => `${action} ${at.getUTCDate()}`);
    expect((await prune("--older-than", "30d", "--dry-run")).out).not.toContain("audit");
    expect(await actions()).toEqual(["config.set 5", "config.set 1"]);
    expect((await prune("--older-than", "30d")).out).not.toContain("audit");
    expect(await actions()).toEqual(["task.prune 1", "config.set 5", "config.set 1"]);
    directory.write("tasker.yaml", "version: 1\nengine: {audit_log_retention_days: 30}\n");
    expect((await prune("--older-than", "30d", "--dry-run")).out).toContain("1 row of the audit log");
    expect((await prune("--older-than", "30d", "--name", "other")).out).toContain("1 row of the audit log");
    expect(await actions()).toEqual(["task.prune 1", "task.prune 1", "config.set 5"]);
    const [newest] = await listAudit(database);
    expect(newest?.details).toMatchObject({ name: "other", audit_older_than: "2026-01-02T00:00:00.000Z" });
  });

  test("names the tasks that were left, and why", async () => {
    await database.execute(`
      create table bills (task_id bigint references tasker_tasks); insert into bills values (2);
      insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
      values (1, 10, 'provides', now(), now())`);
    const { code, out, err } = await prune("--older-than", "30d");
    expect([code, out.slice(0, 15)]).toEqual([0, "deleted 0 tasks"]);
    expect(err).toBe("left 1 task, an edge joins it to another task: 1\nleft 1 task, another table refers to it: 2\n");
  });

  test("shows progress in a line of a terminal, and stops at a signal after the batch", async () => {
    const clock = new ManualClock(Date.UTC(2026, 1, 1));
    const io = new CapturedIo({ ...surroundings(), clock, isTty: true });
    const run = runCommandLine(["db", "prune", "--older-than", "0m", "--batch-size", "1", "--pause", "2"], io);
    const resting = async () => {
      while (clock.timers.length === 0) await new Promise((resolve) => setImmediate(resolve));
    };
    await resting();
    expect(io.err).toBe("\r\x1b[Kdeleted 1 task in 0ms");
    clock.advance(2000);
    await io.seen(/deleted 2 tasks/);
    expect(io.err).toBe("\r\x1b[Kdeleted 1 task in 0ms\r\x1b[Kdeleted 2 tasks in 2.0s");
    await resting();
    io.send("SIGTERM");
    expect(await run).toBe(1);
    expect(io.err).toContain("stopping after this batch; once more to stop at once\n");
    expect(io.out).toMatch(/^stopped: deleted 2 tasks in 2\.0s \(/);
    expect(await taskIds(database)).toEqual([3, 4]);
  });

  test.each([
    [[], "--older-than is missing"],
    [
      ["--older-than", "30"],
      "--older-than is '30', expected a whole number with a unit (m, h, d, w), such as 30d, and at most 100 years",
    ],
    [
      ["--older-than", "1d", "--state", "complete,pending"],
      "--state is 'pending', expected complete, cancelled, resolved_manually, error",
    ],
    [
      ["--older-than", "1d", "--batch-size", "10001"],
      "--batch-size is '10001', expected a whole number from 1 to 10000",
    ],
    [["--older-than", "1d", "--pause", "-1"], "--pause is '-1', expected a number of seconds from 0 to 3600"],
    [["--older-than", "1d", "--name", ""], "--name is '', expected a text that is not empty"],
  ])("%j is not understood", async (argv, message) => {
    expect(await prune(...argv)).toEqual({ code: 2, out: "", err: `error TASKER_USAGE: ${message}\n` });
  });
});
