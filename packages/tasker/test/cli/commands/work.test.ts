import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { until } from "../../support/engine-harness.ts";
import { openNetwork } from "../../support/network.ts";
import { createRailsTask } from "../../support/rails-rows.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { CapturedIo, runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

describeOnPostgres("tasker submit and tasker work", () => {
  let database: ThrowAwayDatabase;
  let project: WorkDirectory;
  beforeEach(async () => {
    database = await createTestDatabase();
    project = createOrderProject();
  });
  afterEach(async () => {
    project[Symbol.dispose]();
    await database.drop();
  });
  const options = () => ({ cwd: project.path, env: { DATABASE_URL: database.url } });
  const tasker = (...argv: string[]) => runCaptured(argv, options());

  test("submit prints the id of the task, for which it needs no handlers", async () => {
    const step = "step_templates: [{ name: only, handler_class: Only }]";
    project.write("alone.yaml", `name: alone\ntask_handler_class: Alone\n${step}\n`);
    expect(await tasker("submit", "alone.yaml", "--context", "{}")).toEqual({
      code: 0,
      out: "1\n",
      err: "",
    });
  });

  test("--events lets handlers publish what files declare", async () => {
    project.write("note.yaml", "name: note\nstep_templates: [{ name: only, handler_class: Only }]\n");
    project.write(
      "note.js",
      'export const Only = (task, sequence, step) => step.publishEvent("note.taken", { by: "me" });\n',
    );
    const declare = (name: string) => `events: {custom: {taken: {constant: ${name}, fired_by: [Only]}}}\n`;
    project.write("events/notes.yml", declare("task.taken"));
    await tasker("submit", "note.yaml", "--context", "{}");
    const work = () => tasker("work", "--template", "note.yaml", "--events", "events", "--until-idle");
    expect(await work()).toMatchObject({ code: 1, err: expect.stringMatching(/notes\.yml:1:37: .*"task\.taken"/) });
    project.write("events/notes.yml", declare("note.taken"));
    expect(await work()).toMatchObject({ code: 0 });
    const connection = await openPostgres(database.url);
    expect(await connection.query("select name, payload from tasker_events")).toEqual([
      { name: "note.taken", payload: { by: "me" } },
    ]);
    await connection.close();
  });

  test("--subscriptions subscribes what files say, with classes of --subscribers, and follows the files", async () => {
    project.write(
      "hooks/note-subscriber.js",
      `import { appendFileSync } from "node:fs";
export class NoteSubscriber {
  constructor({ name, events, config }) { Object.assign(this, { name, events, config, queue: null }); }
  eventSubscriptions() { return new Map(this.events.map((event) => [event, "call"])); }
  check() {}
  call({ name }) { appendFileSync(this.config.file, this.name + " " + name + "\\n"); }
  async close() {}
}
`,
    );
    const notes = join(project.path, "notes.txt");
    const subscribe = (events: string) =>
      `subscriptions: {n: {class: NoteSubscriber, events: [${events}], config: {file: ${notes}}}}\n`;
    project.write("subscriptions/n.yml", subscribe("task.complete"));
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
    const argv = ["work", "--template", "order.yaml", "--subscriptions", "subscriptions", "--subscribers", "hooks"];
    expect(await tasker(...argv)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/n\.yml:1:53: .*"task\.complete".*did you mean "task\.completed"/),
    });
    expect(await tasker("work", "--template", "order.yaml", "--subscribers", "hooks")).toMatchObject({ code: 2 });
    project.write("subscriptions/n.yml", subscribe("task.completed"));
    const io = new CapturedIo(options());
    const done = runCommandLine(argv, io);
    await io.seen(/complete/);
    expect(readFileSync(notes, "utf8")).toBe("n task.completed\n");
    project.write("subscriptions/n.yml", subscribe("task.nothing"));
    await io.seen(/warning: subscriptions were refused.*n\.yml:1:\d+/);
    project.write("subscriptions/n.yml", subscribe("step.completed"));
    await until(async () => {
      await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
      return readFileSync(notes, "utf8").includes("n step.completed");
    }, "the change");
    io.send("SIGTERM");
    expect(await done).toBe(0);
  });

  test("the same idempotency key gives the same task", async () => {
    const submit = () => tasker("submit", "order.yaml", "--context", '{"amount": 1}', "--idempotency-key", "a-1");
    expect((await submit()).out).toBe("1\n");
    expect(await submit()).toEqual({
      code: 0,
      out: "1\n",
      err: "task 1 exists already with this idempotency key; nothing was created\n",
    });
    const json = await tasker(
      "submit",
      "order.yaml",
      "--context",
      '{"amount": 1}',
      "--idempotency-key",
      "a-1",
      "--json",
    );
    expect(JSON.parse(json.out)).toEqual({ task_id: 1, created: false });
  });

  test("the heartbeat goes where --direct-url says, and from where --heartbeat says", async () => {
    const network = await openNetwork(database.url);
    const io = new CapturedIo(options());
    const direct = ["work", "--template", "order.yaml", "--direct-url", network.via(database.url)];
    const working = runCommandLine(direct, io);
    await until(() => network.requests > 0, "the heartbeat");
    io.send("SIGINT");
    expect(await working).toBe(0);

    // The event loop beats over the pool.
    const before = network.requests;
    expect((await tasker(...direct, "--heartbeat", "loop", "--no-sharing", "--until-idle")).code).toBe(0);
    expect(network.requests).toBe(before);
  });

  test.each([
    [["--heartbeat", "sun"], "argument 'sun' is invalid. Allowed choices are thread, loop."],
    [["--stuck-after", "0.01"], "--stuck-after is '0.01', expected a number of seconds from 0.1 to 2000000"],
    [["--direct-url", "mysql://a/b"], "--direct-url does not begin with postgres:// or postgresql://"],
  ])("%j is refused", async (argv, message) => {
    const { code, err } = await tasker("work", "--template", "order.yaml", ...argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test("work --until-idle executes what was submitted, prints a line for each task, and ends", async () => {
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
    await tasker("submit", "order.yaml", "--context", '{"amount": 2, "failures": 9}');
    const { code, out, err } = await tasker("work", "--template", "order.yaml", "--until-idle");
    expect(code).toBe(0);
    expect(err).toBe("working on order 1.2.0\n");
    expect(
      out
        .replace(/\d+(\.\d+)?m?s/g, "T")
        .trimEnd()
        .split("\n")
        .sort(),
    ).toEqual(["✓ task 1  complete  T", "✗ task 2  error  T  charge: card gateway is busy"]);
  });

  test("a task that is to begin later does not keep work --until-idle waiting", async () => {
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}', "--run-at", "2999-01-01T00:00:00Z");
    expect(await tasker("work", "--template", "order.yaml", "--until-idle")).toMatchObject({ code: 0, out: "" });
  });

  test("a higher priority runs first", async () => {
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
    await tasker("submit", "order.yaml", "--context", '{"amount": 2}', "--priority", "5");
    const { out } = await tasker("work", "--template", "order.yaml", "--until-idle", "--concurrency", "1");
    expect(out.match(/task \d/g)).toContain("task 2");
    const shown = await Promise.all(["1", "2"].map((id) => tasker("task", "show", id, "--json")));
    const starts = shown.map(({ out: text }) => Date.parse(JSON.parse(text).transitions[0].at));
    expect(starts[1]).toBeLessThanOrEqual(starts[0] ?? 0);
  });

  test("work goes on until a signal asks it to stop", async () => {
    const io = new CapturedIo(options());
    const finished = runCommandLine(["work", "--template", "order.yaml"], io);
    await io.seen(/working on/);
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
    await io.seen(/✓ task 1 {2}complete/);
    io.send("SIGTERM");
    expect(await finished).toBe(0);
  });

  test("work --adopt also runs tasks that somebody else created in the same database", async () => {
    const io = new CapturedIo(options());
    await tasker("migrate");
    const foreign = await openPostgres(database.url);
    const adopted = await createRailsTask(foreign, {
      namespace: "shop",
      name: "order",
      version: "1.2.0",
      sourceSystem: "web",
      context: { amount: 1 },
      steps: [{ name: "check" }, { name: "charge", dependsOn: ["check"] }],
      at: "now()",
    });
    const finished = runCommandLine(
      ["work", "--template", "order.yaml", "--adopt", "--adopt-source-system", "web", "--adopt-abandoned-after", "60"],
      io,
    );
    await io.seen(new RegExp(`✓ task ${adopted} {2}complete`));
    io.send("SIGTERM");
    expect(await finished).toBe(0);
    await foreign.close();
  });

  test.each([
    [["--adopt-in-progress"], "--adopt-in-progress needs --adopt"],
    [["--adopt-source-system", "web"], "--adopt-source-system needs --adopt"],
    [["--adopt-abandoned-after", "5"], "--adopt-abandoned-after needs --adopt"],
    [["--adopt", "--until-idle"], "--until-idle cannot be used together with --adopt"],
    [["--adopt", "--adopt-source-system", ""], "--adopt-source-system is ''"],
    [["--adopt", "--adopt-abandoned-after", "0"], "--adopt-abandoned-after is '0'"],
  ])("work refuses %j", async (argv, message) => {
    const { code, err } = await tasker("work", "--template", "order.yaml", ...argv);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
  });

  test("several templates can be worked on, with one module", async () => {
    project.write(
      "single.yaml",
      "name: single\ntask_handler_class: S\nstep_templates:\n  - name: a\n    handler_class: Reserve\n",
    );
    await tasker("submit", "single.yaml", "--context", "{}");
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
    const argv = [
      "work",
      "--template",
      "order.yaml",
      "--template",
      "single.yaml",
      "--handlers",
      "order.js",
      "--until-idle",
    ];
    const { out, err } = await tasker(...argv);
    expect(err).toBe("working on single 0.1.0, order 1.2.0\n");
    expect(out.match(/complete/g)).toHaveLength(2);
  });

  test("work finds templates in a directory and sets up plugins; diff compares with what was submitted", async () => {
    const text = "name: hello\nstep_templates: [{name: greet, handler_class: Greet}]\n";
    project.write("tasks/hello.yaml", text);
    project.write("tasks/hello.js", "export const Greet = () => 'hello';\n");
    project.write(
      "count-plugin.js",
      "export class Count { name = 'count'; setup({ onEvent, log }) { onEvent(({ name }) => log.warn({}, 'saw ' + name)); } }\n",
    );
    await tasker("submit", "tasks/hello.yaml", "--context", "{}");
    const { code, out, err } = await tasker(
      "work",
      "--templates",
      "tasks",
      "--plugin",
      "./count-plugin.js",
      "--until-idle",
    );
    expect(code).toBe(0);
    expect(out).toContain("task 1  complete");
    expect(err).toContain("working on hello 0.1.0\n");
    expect(err).toContain("saw task.completed");
    project.write("tasks/hello.yaml", `${text}version: 0.2.0\n`);
    expect((await tasker("template", "diff", "tasks/hello.yaml")).out).toContain('~ version: "0.1.0" -> "0.2.0"');
    const never = await tasker("template", "diff", "order.yaml");
    expect([never.code, never.err]).toEqual([1, expect.stringContaining("the database knows no template shop.order")]);
  });

  test("work does not start when a template of a directory cannot be used, and names every such file", async () => {
    project.write("tasks/bad.yaml", "name: bad\nstep_templates: [{nam: a}]\n");
    project.write("tasks/lonely.yaml", "name: lonely\nstep_templates: [{name: a, handler_class: A}]\n");
    const { code, err } = await tasker("work", "--templates", "tasks", "--until-idle");
    expect(code).toBe(1);
    expect(err).toMatch(/TASKER_DISCOVERY: .*bad\.yaml:2:\d+/);
    expect(err).toContain("lonely.yaml");
  });
});
