import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { CapturedIo, runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

describeOnPostgres("tasker run", () => {
  let database: ThrowAwayDatabase;
  let project: WorkDirectory;
  beforeAll(async () => {
    database = await createTestDatabase();
    project = createOrderProject();
  });
  afterAll(async () => {
    project[Symbol.dispose]();
    await database.drop();
  });
  const run = (...argv: string[]) =>
    runCaptured(["run", ...argv], { cwd: project.path, env: { DATABASE_URL: database.url } });

  test("executes a task to its end and prints each change, the tree and the results", async () => {
    const { code, out, err } = await run("order.yaml", "--context", '{"amount": 7}');
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const withoutTimes = out
      .replace(/\+[\d.]+s/g, "+T")
      .replace(/\d+(\.\d+)?m?s\b/g, "T")
      .replace(/ +/g, " ");
    expect(withoutTimes).toMatch(/^order 1\.2\.0 task \d+ 4 steps\n/);
    expect(withoutTimes).toContain(" +T ✓ confirm complete T\n");
    expect(withoutTimes).toMatch(
      /✓ order 1\.2\.0 task \d+ complete 4\/4 steps T\n✓ check complete 1\/3 T\n├─ ✓ reserve complete 1\/3 T\n/,
    );
    expect(
      withoutTimes.endsWith(
        '\nresults\n check {"amount":7}\n reserve {"reserved":true}\n charge {"charged":7}\n confirm {"confirmed":7}\n',
      ),
    ).toBe(true);
  });

  test("--log-format writes structured logs to standard error, events included, from --log-level on", async () => {
    const plain = await run("order.yaml", "--context", '{"amount": 5}', "--json");
    const { code, out, err } = await run(
      ...["order.yaml", "--context", '{"amount": 6}', "--json", "--log-format", "json", "--metrics-port", "0"],
    );
    expect(code).toBe(0);
    expect(out.split("\n")).toHaveLength(plain.out.split("\n").length);
    expect(err).toMatch(/^metrics at http:/m);
    const lines = err.split("\n").filter((line) => line.startsWith("{"));
    expect(lines.map((line): unknown => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ component: "events", message: "Task completed", task_status: "complete" }),
    );
    const quiet = await run("order.yaml", "--context", '{"amount": 6}', "--log-level", "error");
    expect(quiet).toMatchObject({ code: 0, err: "" });
  });

  test("--log-level and --log-sampling set levels and rates of single components", async () => {
    const line = ["order.yaml", "--context", '{"amount": 7}', "--json"];
    const levels = await run(...line, "--log-level", "events=debug,default=error");
    expect(levels.err).toContain('"level":"debug"');
    const sampled = await run(...line, "--log-level", "debug", "--log-sampling", "events=0");
    expect(sampled.err).not.toContain('"component":"events"');
    expect(await run(...line, "--log-level", "engines=debug")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--log-level is 'engines=debug', expected debug, info,"),
    });
    expect(await run(...line, "--log-sampling", "events=2")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--log-sampling is 'events=2', expected rates from 0 to 1"),
    });
  });

  test("logs for a person where standard error is a terminal and no format is asked for", async () => {
    const env = { DATABASE_URL: database.url, NO_COLOR: "1" };
    const io = new CapturedIo({ cwd: project.path, env, isTty: true });
    const line = [
      "run",
      "order.yaml",
      "--context",
      '{"amount": 9}',
      "--json",
      "--log-level",
      "events=info,default=warn",
    ];
    await runCommandLine(line, io);
    expect(io.err).toMatch(/INFO.* events.* Task completed .*entity_name=/);
  });

  test("--json prints one object a line, the result last", async () => {
    const { code, out } = await run("order.yaml", "--context", '{"amount": 8}', "--json");
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({ type: "submitted", namespace: "shop", name: "order", version: "1.2.0" });
    expect(lines).toContainEqual(
      expect.objectContaining({
        type: "event",
        name: "step.completed",
        step_name: "confirm",
        payload: expect.objectContaining({ to_state: "complete" }),
      }),
    );
    expect(lines.at(-1)).toMatchObject({
      type: "result",
      state: "complete",
      steps: expect.arrayContaining([
        expect.objectContaining({ name: "confirm", state: "complete", attempts: 1, results: { confirmed: 8 } }),
      ]),
    });
  });

  test("a step that fails is tried again, and the wait is told", async () => {
    const { code, out } = await run("order.yaml", "--context", '{"amount": 1, "failures": 1}');
    expect(code).toBe(0);
    expect(out).toMatch(/↻ charge +error +\S+ +retry in \S+ +card gateway is busy\n/);
    expect(out).toMatch(/● charge +in_progress +attempt 2\n/);
    expect(out).toMatch(/├─ ✓ charge +complete +2\/2/);
  });

  test("a task that fails gives exit code 1 and shows the error under its step", async () => {
    const { code, out, err } = await run("order.yaml", "--context", '{"amount": 1, "failures": 9}');
    expect(code).toBe(1);
    expect(out).toMatch(/├─ ✗ charge +error +2\/2 .*\n│ {4}card gateway is busy\n└─ ○ confirm +pending/);
    expect(err).toMatch(/^the audit trail: tasker task show \d+\n$/);
  });

  test("a failed step has its error in the JSON result", async () => {
    const { code, out } = await run("order.yaml", "--context", '{"amount": 1, "failures": 9}', "--json");
    expect(code).toBe(1);
    const result: unknown = JSON.parse(out.trimEnd().split("\n").at(-1) ?? "");
    expect(result).toMatchObject({
      state: "error",
      steps: expect.arrayContaining([
        expect.objectContaining({
          name: "charge",
          state: "error",
          error: { message: "card gateway is busy", code: null },
        }),
      ]),
    });
  });

  test("a context that breaks the template's schema is refused before anything is stored", async () => {
    const { code, err } = await run("order.yaml", "--context", '{"amount": "much"}');
    expect(code).toBe(1);
    expect(err).toMatch(/^error TASKER_INVALID_CONTEXT: amount: .*number\n$/);
  });

  test("tasks that others have submitted are left alone", async () => {
    const env = { DATABASE_URL: database.url };
    const other = await runCaptured(["submit", "order.yaml", "--context", '{"amount": 3}'], { cwd: project.path, env });
    expect((await run("order.yaml", "--context", '{"amount": 4}')).code).toBe(0);
    const shown = await runCaptured(["task", "show", other.out.trim()], { cwd: project.path, env });
    expect(shown.out).toMatch(/ pending {2}0\/4 steps/);
  });

  test("an interrupt stops after the running steps, and tells how to go on", async () => {
    const io = new CapturedIo({ cwd: project.path, env: { DATABASE_URL: database.url } });
    const finished = runCommandLine(["run", "order.yaml", "--context", '{"amount": 5, "failures": 1}'], io);
    await io.seen(/↻ charge/);
    io.send("SIGINT");
    expect(await finished).toBe(1);
    expect(io.err).toContain("stopping when the running steps have ended; once more to stop at once\n");
    const [, taskId] = /stopped: task (\d+) is in_progress and goes on with: /.exec(io.err) ?? [];
    expect(io.err).toContain("goes on with: tasker work --template order.yaml --until-idle\n");
    const worked = await runCaptured(["work", "--template", "order.yaml", "--until-idle"], {
      cwd: project.path,
      env: { DATABASE_URL: database.url },
    });
    expect(worked.code).toBe(0);
    expect(worked.out).toMatch(new RegExp(`^✓ task ${taskId} {2}complete `, "m"));
  });

  test("a second interrupt does not wait", async () => {
    const io = new CapturedIo({ cwd: project.path, env: { DATABASE_URL: database.url } });
    const finished = runCommandLine(["run", "order.yaml", "--context", '{"amount": 5, "hold": true}'], io);
    await io.seen(/● reserve/);
    io.send("SIGINT");
    io.send("SIGINT");
    expect(await finished).toBe(130);
  });

  test("--timeout stops a task that takes too long", async () => {
    const { code, err } = await run("order.yaml", "--context", '{"amount": 5, "failures": 1}', "--timeout", "0.3");
    expect(code).toBe(1);
    expect(err).toMatch(/^stopped after 0\.3 s: task \d+ is in_progress and goes on with: tasker work/);
  });

  test("--watch redraws in place, and leaves the finished tree", async () => {
    const io = new CapturedIo({
      cwd: project.path,
      env: { DATABASE_URL: database.url, NO_COLOR: "1" },
      isTty: true,
      columns: 60,
    });
    const code = await runCommandLine(["run", "order.yaml", "--context", '{"amount": 2}', "--watch"], io);
    expect(code).toBe(0);
    // Its first steps may have run before it is drawn.
    expect(io.out.replace("\x1b[?25l", "<hidden>")).toMatch(/^<hidden>[○●✓] order 1\.2\.0 /);
    const last = io.out.split("\x1b[?25h").at(-1) ?? "";
    expect(last).toMatch(/^✓ order 1\.2\.0 {2}task \d+ {2}complete {2}4\/4 steps/);
    expect(last).not.toContain("\x1b");
  });

  test("--watch is one line per change where there is no terminal", async () => {
    const { out } = await run("order.yaml", "--context", '{"amount": 2}', "--watch");
    expect(out).toContain("✓ confirm  complete");
    expect(out).not.toContain("\x1b");
  });
});
