import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCaptured } from "../support/captured-io.ts";
import { WorkDirectory } from "../support/work-directory.ts";

function generate(project: WorkDirectory, ...argv: string[]) {
  return runCaptured(["generate", ...argv], { cwd: project.path });
}

describe("tasker generate", () => {
  test("tells as JSON what was written", async () => {
    using project = new WorkDirectory();
    const { out } = await generate(project, "plugin", "audit", "--json");
    expect(JSON.parse(out)).toEqual({
      kind: "plugin",
      directory: "plugins",
      files: [
        { path: "plugins/audit-plugin.test.ts", replaced: false },
        { path: "plugins/audit-plugin.ts", replaced: false },
      ],
    });
  });

  test("with --dry-run writes nothing and tells what it would, with the texts as JSON", async () => {
    using project = new WorkDirectory({ "tasks/order.yaml": "mine" });
    expect(await generate(project, "task", "order", "--dry-run", "--force")).toEqual({
      code: 0,
      out: "would replace tasks/order.yaml\nwould write tasks/order.ts\nwould write tasks/order.test.ts\n",
      err: "",
    });
    const { out } = await generate(project, "coordinator", "staff", "--dry-run", "--no-test", "--json");
    expect(JSON.parse(out)).toEqual({
      kind: "coordinator",
      directory: "auth",
      files: [
        {
          path: "auth/staff-coordinator.ts",
          replaced: false,
          text: expect.stringContaining("class StaffCoordinator extends AuthorizationCoordinator"),
        },
      ],
      dry_run: true,
    });
    expect(readdirSync(project.path)).toEqual(["tasks"]);
    expect(readdirSync(join(project.path, "tasks"))).toEqual(["order.yaml"]);
    // What could not be written is told without writing, too.
    expect((await generate(project, "task", "order", "--dry-run")).code).toBe(1);
  });

  test("writes a directory for events without an example", async () => {
    using project = new WorkDirectory();
    const { out } = await generate(project, "events", "--no-example", "--events-dir", "events");
    expect(out).toBe("wrote events/events.yml\n");
  });

  test.each([
    [["task", "1st"], "the name is '1st', expected a letter, then letters, digits, - and _"],
    [["task", "a", "--steps", "load,,send"], "a step of --steps is '', expected a letter"],
    [["task", "a", "--steps", "load,Load"], "--steps has 'load' twice, expected each step once"],
    [["task", "a", "--module-namespace", "../up"], "--module-namespace is '../up', expected a letter"],
    [["authenticator", "a", "--type", "devise"], "--type is 'devise', expected custom, jwt, api_token, session"],
    [["plugin", "a", "--kind", "other"], "--kind is 'other', expected engine, export"],
    [["api-handler", "a", "--method", "get"], "--method is 'get', expected GET, POST, PUT, PATCH, DELETE"],
    [["step-handler"], "missing required argument 'name'"],
  ])("%j is not understood, and nothing is written", async (argv, message) => {
    using project = new WorkDirectory();
    const { code, err } = await generate(project, ...argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(readdirSync(project.path)).toEqual([]);
  });

  test("refuses what no template can be made of", async () => {
    using project = new WorkDirectory();
    const { code, err } = await generate(project, "task", "a", "--task-version", "x y");
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining("a.yaml") });
    expect(existsSync(join(project.path, "tasks"))).toBe(false);
  });
});
