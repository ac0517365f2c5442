import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readOwnPackage } from "../../src/cli/own-package.ts";
import { runCaptured } from "./support/captured-io.ts";
import { createOrderProject } from "./support/order-project.ts";
import { runTasker, TASKER, TaskerProcess } from "./support/tasker-process.ts";
import { WorkDirectory } from "./support/work-directory.ts";

const TIMEOUT_MS = 120_000;

/** Does what \`npm install\` does for a project that depends on this copy. */
function install(directory: string): void {
  mkdirSync(join(directory, "node_modules"));
  symlinkSync(readOwnPackage().directory, join(directory, "node_modules/tasker"));
}

describe("the built command", () => {
  test("prints its version", async () => {
    const { code, out } = await runTasker(["--version"], { cwd: "/" });
    expect({ code, out }).toEqual({ code: 0, out: `${readOwnPackage().version}\n` });
  });

  test("ends with 2 and one line when it is not understood", async () => {
    expect(await runTasker(["rnu"], { cwd: "/" })).toMatchObject({
      code: 2,
      out: "",
      err: "error TASKER_USAGE: unknown command 'rnu' (did you mean run?)\n",
    });
  });

  test.each([
    [{}, ["--max-semi-space-size=8"]],
    [{ NODE_OPTIONS: "--max-semi-space-size=32" }, []],
  ])(
    "a process that works has a bounded young generation, unless the user has set one: %j",
    async (env, options) => {
      using directory = new WorkDirectory({
        "package.json": '{ "type": "module" }',
        "greet.yaml": "name: greet\nstep_templates: [{ name: hello, handler_class: hello }]",
        "greet.js": "export const hello = () => null; console.log(JSON.stringify({ options: process.execArgv }));",
      });
      const cwd = directory.addDatabase().path;
      const { code, err } = await runTasker(["work", "--template", "greet.yaml", "--until-idle"], { cwd, env });
      expect({ code, options: /\{"options":.*\}/.exec(err)?.[0] }).toEqual({
        code: 0,
        options: JSON.stringify({ options }),
      });
    },
    TIMEOUT_MS,
  );

  test(
    "a new project runs as it was written, on the embedded database, and its task is there afterwards",
    async () => {
      using directory = new WorkDirectory();
      await runTasker(["init"], { cwd: directory.path });
      install(directory.path);
      const run = await runTasker(["run", "order.yaml", "--context", "order.json", "--watch"], { cwd: directory.path });
      expect(run).toMatchObject({ code: 0, err: "creating the embedded database in .tasker/data\n" });
      expect(run.out).toMatch(/↻ charge_card +error .* the payment gateway is busy\n/);
      expect(run.out).toMatch(/├─ ✓ charge_card +complete +2\/3/);
      const list = await runTasker(["task", "list"], { cwd: directory.path });
      expect(list.out).toMatch(/^ 1 {2}✓ complete +4\/4 .* shop\/order 1\.0\.0/m);
    },
    TIMEOUT_MS,
  );

  test(
    "what a handler logs does not stand between the lines for a program, and a module beside the template shapes what is submitted",
    async () => {
      using directory = new WorkDirectory({
        "package.json": '{ "type": "module" }',
        "greet.yaml": [
          "name: greet",
          "task_handler_class: Shape",
          "step_templates:",
          "  - { name: hello, handler_class: hello, handler_config: { greeting: Good day } }",
        ].join("\n"),
        "greet.js": [
          'import { TaskHandler } from "tasker";',
          "export class Shape extends TaskHandler {",
          "  establishStepDependenciesAndDefaults(task, [step]) { step.inputs = { from: task.context.name }; }",
          "}",
          "export function hello(task, sequence, step) {",
          '  console.log("a handler speaks");',
          "  return { config: step.handlerConfig, inputs: step.inputs };",
          "}",
        ].join("\n"),
      });
      install(directory.addDatabase().path);
      const options = { cwd: directory.path };
      const run = await runTasker(["run", "greet.yaml", "--context", '{"name":"Ada"}', "--json"], options);
      const lines = run.out.trim().split("\n");
      expect(() => lines.map((line) => JSON.parse(line))).not.toThrow();
      expect(run.err).toContain("a handler speaks");
      const stored = '{"config":{"greeting":"Good day"},"inputs":{"from":"Ada"}}';
      expect(run.out).toContain(stored);

      const submit = ["submit", "greet.yaml", "--context", '{"name":"Bob"}', "--idempotency-key", "bob"];
      await runCaptured(submit, options);
      const worked = await runTasker(["work", "--template", "greet.yaml", "--until-idle"], options);
      expect(worked.code).toBe(0);
      const again = await runCaptured(submit, options);
      const shown = await runCaptured(["task", "show", again.out.trim(), "--json"], options);
      expect(JSON.parse(shown.out)).toMatchObject({
        steps: [{ results: { config: { greeting: "Good day" }, inputs: { from: "Bob" } } }],
      });
    },
    TIMEOUT_MS,
  );

  test("commands that only look do not make a database", async () => {
    using directory = new WorkDirectory();
    expect(await runTasker(["task", "list"], { cwd: directory.path })).toMatchObject({
      code: 1,
      err:
        "error TASKER_CONFIGURATION: there is no database in '.tasker/data' yet: run a task first, " +
        "or name the database with --data or --database-url\n",
    });
  });

  test("looking at the migrations does not make a database either", async () => {
    using directory = new WorkDirectory();
    const { code, err } = await runTasker(["migrate", "--status", "--data", "here"], { cwd: directory.path });
    expect(code).toBe(1);
    expect(err).toMatch(/^error TASKER_CONFIGURATION: there is no database in 'here' yet: .*\n$/);
    expect(existsSync(join(directory.path, "here"))).toBe(false);
  });

  test.each([
    ["calls process.exit", "process.exit(0)", /called process\.exit/],
    ["throws in a callback", 'setTimeout(() => { throw new Error("late") })', /nobody awaits .*: late/],
    ["leaves a rejection unhandled", 'Promise.reject(new Error("stray"))', /nobody awaits .*: stray/],
    ["throws nothing in a callback", "setTimeout(() => { throw undefined })", /nobody awaits/],
  ])(
    "a handler that %s ends the command with 1 and one line",
    async (_what, code, message) => {
      using project = createOrderProject({
        "ending.js": `const f = () => { ${code}; return new Promise(() => {}) }; export { f as Check, f as Reserve, f as Charge, f as Confirm };`,
      }).addDatabase();
      const run = await runTasker(["run", "order.yaml", "--context", '{"amount": 1}', "--handlers", "ending.js"], {
        cwd: project.path,
      });
      expect(run.code).toBe(1);
      const lines = run.err.trimEnd().split("\n");
      expect(lines).toEqual([expect.stringMatching(message)]);
      expect(lines[0]).toMatch(/^error TASKER_PROCESS_ENDED: /);
    },
    TIMEOUT_MS,
  );

  test(
    "a directory that another process works on is refused in one line, and SIGTERM ends that process",
    async () => {
      using project = createOrderProject().addDatabase();
      const worker = new TaskerProcess(["work", "--template", "order.yaml"], { cwd: project.path });
      await worker.until(() => worker.err.includes("working on"));
      const second = await runTasker(["run", "order.yaml", "--context", '{"amount": 1}'], { cwd: project.path });
      expect(second.code).toBe(1);
      expect(second.err).toMatch(/^error TASKER_DATABASE_IN_USE: .*\n$/);
      worker.child.kill("SIGTERM");
      expect(await worker.ended).toMatchObject({ code: 0, signal: null });
    },
    TIMEOUT_MS,
  );

  test("a reader that goes away ends the command quietly", async () => {
    const shell = spawn("/bin/sh", ["-c", `"${process.execPath}" "${TASKER}" help run | head -n 1; echo done`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [shell.stdout, shell.stderr]) stream.setEncoding("utf8").on("data", (part) => (text += part));
    await once(shell, "close");
    expect(text).toBe("Usage: tasker run [options] <template>\ndone\n");
  });

  test(
    "a reader that goes away stops a run, and the task can be resumed",
    async () => {
      using project = createOrderProject().addDatabase();
      const run = new TaskerProcess(["run", "order.yaml", "--context", '{"amount": 1, "failures": 1}', "--json"], {
        cwd: project.path,
      });
      await run.until((out) => out.includes('"type":"event"'));
      run.child.stdout?.destroy();
      expect(await run.ended).toMatchObject({ code: 1, signal: null });
      const work = await runTasker(["work", "--template", "order.yaml", "--until-idle"], { cwd: project.path });
      expect(work).toMatchObject({ code: 0, out: expect.stringMatching(/^✓ task 1 {2}complete/) });
    },
    TIMEOUT_MS,
  );
});
