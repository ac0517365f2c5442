import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { CapturedIo, runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

describeOnPostgres("commands through a server", () => {
  let database: ThrowAwayDatabase;
  let project: WorkDirectory;
  let url = "";
  let serving: CapturedIo;
  let ended: Promise<number>;
  // Nothing but the server: no database is named, and the directory has none.
  const options = () => ({ cwd: project.path, env: { TASKER_SERVER: url, USER: "ada" } });
  const tasker = (...argv: string[]) => runCaptured(argv, options());
  const json = async (...argv: string[]) => {
    const { code, out, err } = await tasker(...argv, "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    return out
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  };
  const because = ["--reason", "asked for"] as const;

  // Task 1 is complete; task 2 stays in its step 'reserve'.
  beforeAll(async () => {
    database = await createTestDatabase();
    project = createOrderProject();
    serving = new CapturedIo({ cwd: project.path, env: { DATABASE_URL: database.url } });
    ended = runCommandLine(["serve", "--template", "order.yaml", "--port", "0"], serving);
    await serving.seen(/serving at /);
    url = /serving at (\S+)/.exec(serving.err)?.[1] ?? "";
    await tasker("submit", "order", "--namespace", "shop", "--context", '{"amount": 1}');
    await serving.seen(/complete/);
  });
  afterAll(async () => {
    serving.send("SIGTERM");
    await ended;
    project[Symbol.dispose]();
    await database.drop();
  });

  test("submit a task by the name of its template, once for each key", async () => {
    const context = ["--context", '{"amount": 2, "hold": true}', "--idempotency-key", "k"];
    const submit = ["submit", "order", "--namespace", "shop", "--template-version", "^1.0.0", ...context];
    expect(await tasker(...submit)).toMatchObject({ code: 0, out: "2\n", err: "" });
    expect(await tasker(...submit)).toMatchObject({ code: 0, out: "2\n", err: expect.stringContaining("already") });
    expect((await tasker("submit", "refund", "--context", "{}")).err).toMatch(
      /^error TASKER_\w+: [^\n]*refund[^\n]*\n$/,
    );
  });

  test("list and show it, its steps and what happened to it", async () => {
    const filter = ["--state", "complete", "--no-paused", "--since", "2020-01-01T00:00:00Z"];
    expect(await json("task", "list", ...filter)).toMatchObject([{ task_id: 1 }]);
    expect(await json("task", "list", "--order", "oldest")).toMatchObject([{ task_id: 1 }, { task_id: 2 }]);
    expect(await tasker("task", "list", "--tag", "none", "--total")).toMatchObject({ err: "no tasks\n0 in all\n" });
    expect((await tasker("task", "show", "1")).out).toMatch(/order 1\.2\.0 {2}task 1 {2}complete/);
    expect(await json("task", "steps", "1")).toMatchObject([{}, {}, {}, {}]);
    expect((await tasker("task", "steps", "1")).out).toMatch(/^ *id +name +state +attempts +took +error\n/);
    expect((await tasker("task", "logs", "1")).out).toMatch(/^\d{4}-\d\d-\d\dT\S+ +. check +in_progress/);
  });

  test("annotate it and send it a signal", async () => {
    expect(await json("task", "annotate", "2", "ticket", '{"id": 4711}')).toMatchObject([{ type: "ticket" }]);
    expect(await json("task", "signal", "2", "go")).toEqual([{ signal_id: 1, created: true }]);
  });

  test("watch it until it is over", async () => {
    const io = new CapturedIo(options());
    const watching = runCommandLine(["task", "watch", "2"], io);
    await io.seen(/task 2 {2}4 steps/);
    expect(await tasker("task", "cancel", "2", ...because)).toMatchObject({ code: 0 });
    expect(await watching).toBe(1);
    expect(io.out).toMatch(/task +cancelled/);
    expect(io.out).toMatch(/order 1\.2\.0 {2}task 2 {2}cancelled/);
    expect(await json("task", "watch", "1")).toMatchObject([
      { type: "submitted" },
      { type: "result", state: "complete" },
    ]);
  });

  test("do something to all tasks that a filter fits", async () => {
    const complete = ["task", "retry", "--state", "complete"];
    expect(await tasker(...complete)).toMatchObject({ code: 2, err: expect.stringContaining("--all means all") });
    expect(await tasker(...complete, "--dry-run")).toMatchObject({
      code: 0,
      out: "1\n",
      err: "retry: 1 would be done\n",
    });
    expect(await tasker(...complete, "--all", ...because)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^refused task 1 is complete/),
      err: "retry: 1 refused\n",
    });
    expect(await tasker("task", "cancel", "--namespace", "nowhere", "--all", ...because)).toMatchObject({
      code: 0,
      err: "cancel: no tasks\n",
    });
  });

  test("look at subscribers, dead letters, deliveries, circuits, tokens and the audit log", async () => {
    expect(await tasker("events", "subscribers")).toMatchObject({ code: 0, err: "no durable subscribers\n" });
    expect(await tasker("events", "deliveries")).toMatchObject({ code: 0, err: "no deliveries\n" });
    expect(await tasker("dead-letter", "list")).toMatchObject({ code: 0, err: "no dead letters\n" });
    expect(await tasker("dead-letter", "retry", "--subscriber", "billing", "--all")).toMatchObject({
      code: 0,
      err: "no dead letters\n",
    });
    expect(await json("worker", "list")).toMatchObject([{ process_id: 1, lease: "live" }]);
    expect((await tasker("worker", "list")).out).toMatch(/^ *id +where +what +lease +started/);
    expect(await tasker("queue", "list")).toMatchObject({ code: 0, err: "no step waits in a queue\n" });
    expect((await tasker("why", "1")).out).toMatch(/^Task 1 \(shop\/order 1\.2\.0\) is complete/);
    expect(await tasker("circuit", "list")).toMatchObject({ code: 0, err: "no circuit has ever failed\n" });
    expect(await tasker("token", "list")).toMatchObject({ code: 0, err: "no tokens\n" });
    expect((await tasker("audit", "list")).code).toBe(0);
  });

  test("draw and analyse it, and look at figures, metrics and health", async () => {
    expect((await tasker("task", "diagram", "1")).out).toMatch(/^graph TD/);
    expect((await tasker("task", "diagram", "1", "--format", "html")).out).toMatch(/^<!doctype html>/i);
    expect((await tasker("task", "diagram", "1", "--json")).out).not.toContain('"url"');
    expect((await tasker("task", "diagram", "1", "--json", "--base-url", "/t")).out).toContain('"url": "/t/tasks/1/');
    expect((await tasker("analyze", "1")).out).toMatch(/^task 1: 100 % of 4 steps done/);
    expect(await tasker("analyze", "99")).toMatchObject({ code: 1, err: expect.stringContaining("no task 99") });
    expect((await tasker("analytics", "performance")).out).toMatch(/^active tasks: \d+, templates: 1 in 1 namespaces/);
    expect((await tasker("analytics", "bottlenecks", "--namespace", "shop")).out).toMatch(/^\d tasks of 1 templates/);
    expect((await tasker("health")).out).toMatch(/^System is ready\n.*\n(.*\n)*engine +healthy/);
    expect(await tasker("health", "--live")).toMatchObject({ code: 0, out: "alive\n" });
    expect((await tasker("health", "--status")).out).toContain("\ntasks: total ");
    expect((await tasker("metrics")).out).toContain("tasker_task_completed_total (counter)");
    expect((await tasker("export", "metrics")).out).toMatch(/^tasker_task_completed_total\{/m);
  });

  test("look at the configuration of the server", async () => {
    expect(await json("config", "show")).toContainEqual({
      ...{ path: "backoff.max_backoff_seconds", value: 300, origin: "default" },
    });
    expect((await tasker("config", "explain", "cache.default_ttl")).out).toContain("now: 300, from default\n");
    expect(await json("config", "validate")).toMatchObject([{ valid: true, environment: "development" }]);
  });

  test("set options and unset them", async () => {
    const key = "backoff.max_backoff_seconds";
    expect(await tasker("config", "set", key, "60")).toMatchObject({ code: 0, out: `${key} is 60\n` });
    expect(await tasker("config", "unset", key)).toMatchObject({ code: 0 });
    expect((await tasker("config", "set", key, "0")).err).toMatch(/max_backoff_seconds.*\(request [\w-]+\)\n$/);
  });

  test("say in one line what the server refused, with the id of the request", async () => {
    expect(await tasker("task", "show", "99")).toEqual({
      code: 1,
      out: "",
      err: expect.stringMatching(/^error TASKER_TASK_NOT_FOUND: there is no task 99 \(request [\w-]+\)\n$/),
    });
  });

  test("say in one line that nobody answers", async () => {
    expect(await tasker("task", "list", "--server", "http://127.0.0.1:1")).toEqual({
      code: 1,
      out: "",
      err: expect.stringMatching(
        /^error TASKER_SERVER_UNREACHABLE: the server at http:\/\/127\.0\.0\.1:1 cannot be reached: [^\n]+\n$/,
      ),
    });
  });

  test.each([
    ["db", "check"],
    ["db", "prune", "--older-than", "30d"],
    ["migrate"],
    ["secrets", "rotate"],
    ["work", "--template", "order.yaml"],
    ["serve"],
  ])("are refused where they need the database itself: %s %s", async (...argv) => {
    const { code, err } = await tasker(...argv, "--server", url);
    expect(code).toBe(2);
    expect(err).toContain("--server is given, and this command works on the database itself");
  });
});
