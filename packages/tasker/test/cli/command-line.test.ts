import { describe, expect, test } from "vitest";
import { readOwnPackage } from "../../src/cli/own-package.ts";
import { runCaptured } from "./support/captured-io.ts";
import { createOrderProject } from "./support/order-project.ts";
import { WorkDirectory } from "./support/work-directory.ts";

const COMMANDS = [
  ["init"],
  ["run"],
  ["submit"],
  ["work"],
  ["task", "list"],
  ["task", "show"],
  ["template", "validate"],
  ["template", "graph"],
  ["db", "migrate"],
  ["db", "doctor"],
  ["db", "prune"],
  ["migrate"],
];

describe("the command line", () => {
  const bare = (...argv: string[]) => runCaptured(argv, { cwd: "/" });

  test("prints its version", async () => {
    expect(await bare("--version")).toEqual({ code: 0, out: `${readOwnPackage().version}\n`, err: "" });
  });

  test.each(COMMANDS)("%s %s has help with an example", async (...words) => {
    const argv = words.filter((word) => word !== undefined);
    const { code, out, err } = await bare(...argv, "--help");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^Usage: tasker /);
    expect(out.replace("\nExamples:", "\nExample:")).toContain(`\nExample:\n  $ tasker ${argv.join(" ")}`);
  });

  test("without a command prints help, and counts as not understood", async () => {
    const { code, out, err } = await bare();
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^Usage: tasker /);
    expect((await bare("task")).code).toBe(2);
  });

  test.each([
    [["rnu"], "unknown command 'rnu' (did you mean run?)"],
    [["task", "shwo", "1"], "unknown command 'shwo' (did you mean show?)"],
    [["run", "a.yaml", "--contxt", "x"], "unknown option '--contxt' (did you mean --context?)"],
    [["run"], "missing required argument 'template'"],
    [["run", "a.yaml"], "--context is missing"],
    [["run", "a.yaml", "--context"], "option '--context <file|json>' argument missing"],
    [["run", "a.yaml", "b.yaml"], "too many arguments for 'run'. Expected 1 argument but got 2: a.yaml, b.yaml."],
    [["run", "none.yaml", "--context", "{}"], "cannot read the template 'none.yaml': there is no such file"],
    [["work"], "--template is missing"],
    [["task", "list", "--limit", "0"], "--limit is '0', expected a whole number from 1 to 1000"],
    [
      ["task", "list", "--state", "done"],
      "--state is 'done', expected pending, in_progress, error, complete, cancelled, resolved_manually",
    ],
    [["task", "show", "twelve"], "id is 'twelve', expected a whole number of 1 or more"],
    [["db", "migrate", "--indexes", "all"], "--indexes is 'all', expected lean, reference"],
    [["db", "doctor", "--json", "--sql"], "--json and --sql are both given, expected one of them"],
    [
      ["migrate", "--data", "x", "--database-url", "postgres://h/d"],
      "--database-url and --data are both given, expected one of them",
    ],
    [["migrate", "--database-url", "mysql://h/d"], "--database-url does not begin with postgres:// or postgresql://"],
  ])("%j is not understood: one line, exit code 2", async (argv, message) => {
    expect(await bare(...argv)).toEqual({ code: 2, out: "", err: `error TASKER_USAGE: ${message}\n` });
  });

  test("a template without handlers beside it says where it looked", async () => {
    using project = new WorkDirectory({ "a/order.yaml": "" });
    using complete = createOrderProject();
    const { code, err } = await runCaptured(["run", "a/order.yaml", "--context", "{}"], { cwd: project.path });
    expect({ code, err: err.slice(0, 29) }).toEqual({ code: 1, err: "error TASKER_INVALID_TEMPLATE" });
    const run = await runCaptured(["run", "order.yaml", "--context", "{}", "--handlers", "none.js"], {
      cwd: complete.path,
    });
    expect(run.err).toBe("error TASKER_USAGE: cannot read the handlers module 'none.js': there is no such file\n");
    complete.write(
      "other.yaml",
      "name: other\ntask_handler_class: Other\nstep_templates:\n  - name: a\n    handler_class: A\n",
    );
    const beside = await runCaptured(["run", "other.yaml", "--context", "{}"], { cwd: complete.path });
    expect(beside).toEqual({
      code: 2,
      out: "",
      err:
        "error TASKER_USAGE: no handlers for 'other.yaml': looked for other.ts, other.mts, other.js, other.mjs; " +
        "name the module with --handlers\n",
    });
  });

  test("a handlers module that cannot be loaded is named, with the reason", async () => {
    using project = createOrderProject({ "broken.js": "throw new Error('no configuration')" });
    const argv = ["run", "order.yaml", "--context", '{"amount": 1}', "--handlers", "broken.js"];
    expect(await runCaptured(argv, { cwd: project.path })).toEqual({
      code: 1,
      out: "",
      err: "error TASKER_HANDLERS_MODULE: the handlers module 'broken.js' cannot be loaded: no configuration\n",
    });
  });

  test("a handler that is missing is named, with the nearest export", async () => {
    using project = createOrderProject({ "typo.js": 'export * from "./order.js"; export const Chrage = 1;' });
    project.write(
      "typo.yaml",
      "name: typo\ntask_handler_class: T\nstep_templates:\n  - name: a\n    handler_class: Chekc\n",
    );
    const { code, err } = await runCaptured(["run", "typo.yaml", "--context", "{}"], { cwd: project.path });
    expect(code).toBe(1);
    expect(err).toMatch(/^error TASKER_HANDLER_NOT_FOUND: .*Chekc.*Check/m);
  });

  test("DEBUG=tasker shows the stack of an error", async () => {
    const { err } = await runCaptured(["run", "none.yaml", "--context", "{}"], { cwd: "/", env: { DEBUG: "tasker" } });
    expect(err).toMatch(/^error TASKER_USAGE: cannot read .*\nUsageError: cannot read .*\n\s+at /);
  });

  test("errors are coloured only where colours are wanted", async () => {
    const { err } = await runCaptured(["rnu"], { cwd: "/", env: { FORCE_COLOR: "1" } });
    expect(err.startsWith("\x1b[31merror\x1b[39m")).toBe(true);
  });
});
