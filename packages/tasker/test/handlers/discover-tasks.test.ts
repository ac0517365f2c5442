import { describe, expect, test } from "vitest";
import { DiscoveryError } from "../../src/errors/index.ts";
import { discoverTasks } from "../../src/handlers/discover-tasks.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";

const template = (name: string) => `name: ${name}\nstep_templates: [{name: s, handler_class: Run}]\n`;
const RUN = "export const Run = () => 1;\n";

describe("templates of directories", () => {
  test("are found with the handlers beside them, those that are given, and those made in a program", async () => {
    using project = new WorkDirectory({
      "tasks/order.yaml": template("order"),
      "tasks/order.mjs": RUN,
      "tasks/deep/refund.yml": template("refund"),
      "tasks/deep/loan-task.mjs": `export default { definition: { name: "loan" }, createStepHandler() {}, taskHandler: null };\n`,
      "tasks/node_modules/x/other.yaml": "not looked at",
      "tasks/notes.json": "{}",
    });
    const { templates, failures } = await discoverTasks({
      directories: [`${project.path}/tasks`],
      handlers: { Run: () => 2 },
    });
    expect(failures).toEqual([]);
    expect(templates.map(({ definition }) => definition.name)).toEqual(["loan", "refund", "order"]);
  });

  test("that cannot be used are listed with their files, and keep none of the others away", async () => {
    using project = new WorkDirectory({
      "a.yaml": "name: a\nstep_templates:\n  - nam: s\n",
      "b.yaml": template("b"),
      "c.yaml": template("c"),
      "c.mjs": "throw new Error('no code today');\n",
      "d.yaml": template("d"),
      "d.mjs": RUN,
      "e-task.mjs": "export const limit = 1;\n",
    });
    const { templates, failures } = await discoverTasks({ directories: [project.path, `${project.path}/none`] });
    expect(templates.map(({ definition }) => definition.name)).toEqual(["d"]);
    expect(failures.map(({ file }) => file.slice(project.path.length + 1))).toEqual([
      "a.yaml",
      "b.yaml",
      "c.yaml",
      "e-task.mjs",
      "none",
    ]);
    const lines = new DiscoveryError(failures).message.split("\n");
    expect(lines[0]).toMatch(/\/a\.yaml:3:5: step_templates\[0\]/);
    expect(lines).toContainEqual(expect.stringMatching(/\/b\.yaml: Handlers of default\.b@0\.1\.0 are missing/));
    expect(lines).toContainEqual(expect.stringMatching(/\/c\.yaml: no code today$/));
    expect(lines).toContainEqual(expect.stringMatching(/\/e-task\.mjs:1:1: found no template among the exports/));
    expect(lines.at(-1)).toMatch(/\/none: ENOENT|no such file/);
  });
});
