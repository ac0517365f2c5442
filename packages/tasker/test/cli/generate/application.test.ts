import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configuration } from "../../../src/config/configuration.ts";
import { discoverTasks } from "../../../src/handlers/discover-tasks.ts";
import { runCaptured } from "../support/captured-io.ts";
import { compile, createTypescriptProject, lint, runNodeTests } from "../support/typescript-project.ts";
import { WorkDirectory } from "../support/work-directory.ts";

function generate(project: WorkDirectory, ...argv: string[]) {
  return runCaptured(["generate", ...argv], { cwd: project.path });
}

describe("tasker generate application", () => {
  test("writes one that compiles, keeps to the rules, and passes its tests", { timeout: 600_000 }, async () => {
    using project = createTypescriptProject();
    const { code, err } = await generate(
      project,
      "application",
      "--dir",
      ".",
      "--docker",
      "--api-base-url",
      "http://h/v1/",
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(compile(project)).toEqual({ code: 0, output: "" });
    const checked = lint(project, ["my-tasker-app"]);
    expect(checked.code, checked.output).toBe(0);
    const tests = runNodeTests(project, "my-tasker-app/test");
    expect(tests.code, tests.output).toBe(0);
    expect(tests.output).toContain("# pass 6");
    const { templates, failures } = await discoverTasks({
      directories: [join(project.path, "my-tasker-app/tasks")],
      variables: {},
    });
    expect(failures).toEqual([]);
    expect(templates.map(({ definition }) => definition.namespace).sort()).toEqual([
      "customer",
      "ecommerce",
      "inventory",
    ]);
    expect(templates[0]?.definition.steps[0]?.handlerConfig).toMatchObject({ url: "http://h/v1" });
    const compose = parse(readFileSync(join(project.path, "my-tasker-app/compose.yaml"), "utf8"));
    expect(Object.keys(compose.services)).toEqual(["postgres", "work", "prometheus"]);
  });

  test("asks on a terminal for what is not given, and again for what cannot be", async () => {
    using project = new WorkDirectory();
    const answers = ["7up", "shop", "customers", "customer", "ftp://h", "", "no", "maybe", "y"];
    const argv = ["generate", "application", "--no-observability"];
    const { code, out, err } = await runCaptured(argv, { cwd: project.path, answers });
    expect(code).toBe(0);
    expect(err.split("\n")).toEqual([
      "Name [my-tasker-app] ",
      "the name is '7up', expected a letter, then letters, digits, - and _",
      "Name [my-tasker-app] ",
      "Workflows, separated by commas [ecommerce,inventory,customer] ",
      "the answer is 'customers', expected ecommerce, inventory, customer",
      "Workflows, separated by commas [ecommerce,inventory,customer] ",
      "What its API steps call [https://dummyjson.com] ",
      "--api-base-url is 'ftp://h', expected an address that begins with http:// or https://",
      "What its API steps call [https://dummyjson.com] ",
      "With tests? [yes] ",
      "With a Dockerfile and compose? [no] ",
      "the answer is 'maybe', expected yes or no",
      "With a Dockerfile and compose? [no] ",
      "",
    ]);
    expect(out).toContain("wrote tasker-applications/shop/compose.yaml\n");
    expect(out).toContain("wrote tasker-applications/shop/tasks/welcome-customer.yaml\n");
    expect(out).not.toMatch(/process-order|test\//);
  });

  test("writes nothing when nobody answers any more, and asks nothing with --no-interactive", async () => {
    using project = new WorkDirectory();
    const argv = ["generate", "application"];
    expect(await runCaptured(argv, { cwd: project.path, answers: ["shop"] })).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("error TASKER_USAGE: not all was answered: nothing was written\n"),
    });
    const silent = await runCaptured([...argv, "--no-interactive", "--dry-run"], { cwd: project.path, answers: [] });
    expect(silent).toMatchObject({ code: 0, err: "" });
    expect(existsSync(join(project.path, "tasker-applications"))).toBe(false);
  });

  test("has only the workflows that are chosen, and nothing that is left out", async () => {
    using project = new WorkDirectory();
    const argv = ["application", "shop", "--tasks", "customer", "--no-test", "--no-observability"];
    expect((await generate(project, ...argv)).code).toBe(0);
    const directory = join(project.path, "tasker-applications/shop");
    expect(readdirSync(join(directory, "tasks"))).toEqual(["welcome-customer.ts", "welcome-customer.yaml"]);
    expect(existsSync(join(directory, "test"))).toBe(false);
    const { scripts } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    expect(scripts).toEqual({
      start:
        "tasker run tasks/welcome-customer.yaml --context contexts/welcome-customer.json --expand-variables --watch",
      work: "tasker work --templates tasks --expand-variables",
      check: "tsc -p .",
    });
  });

  test("lists the workflows, and looks whether they can run here", async () => {
    using project = new WorkDirectory();
    expect((await generate(project, "list-templates")).out).toMatch(/^ecommerce .+\ninventory .+\ncustomer .+\n$/);
    const { out } = await generate(project, "check-environment", "--json");
    const { checks } = JSON.parse(out);
    expect(checks).toContainEqual({ name: "node", ok: true, found: process.versions.node });
    expect(checks).toContainEqual({ name: "directory to write to", ok: true, found: project.path });
    const missing = await generate(project, "check-environment", "--docker", "--json");
    expect(JSON.parse(missing.out).checks).toHaveLength(checks.length + 1);
  });

  test.each([
    [["--tasks", "shop"], "--tasks is 'shop', expected ecommerce, inventory, customer"],
    [["--api-base-url", "ftp://h"], "--api-base-url is 'ftp://h', expected an address"],
  ])("%j is not understood", async (argv, message) => {
    using project = new WorkDirectory();
    const { code, err } = await generate(project, "application", "shop", ...argv);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(message) });
    expect(readdirSync(project.path)).toEqual([]);
  });
});

describe("tasker generate config", () => {
  test("writes every option as a comment; without the # it says what holds without the file", async () => {
    using project = new WorkDirectory();
    await generate(project, "config");
    const text = readFileSync(join(project.path, "tasker.yaml"), "utf8");
    expect(parse(text)).toEqual({ version: 1 });
    const { version, ...open } = parse(text.replaceAll(/^#/gm, ""));
    expect(version).toBe(1);
    expect(configuration(open)).toEqual(configuration({}));
    const validated = await runCaptured(["config", "validate"], { cwd: project.path });
    expect(validated.code, validated.err).toBe(0);
  });
});
