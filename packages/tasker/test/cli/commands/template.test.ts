import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";

describe("tasker template", () => {
  test("validate says of every file what it holds or what is wrong with it", async () => {
    using project = createOrderProject({ "bad.yaml": "name: bad\nstep_templates:\n  - nam: a\n" });
    const { code, out, err } = await runCaptured(["template", "validate", "bad.yaml", "order.yaml"], {
      cwd: project.path,
    });
    expect(code).toBe(1);
    expect(out).toBe("order.yaml: shop/order 1.2.0, 4 steps\n");
    const lines = err.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/^error TASKER_INVALID_TEMPLATE: bad\.yaml:\d+:\d+: /);
  });

  test("validate ends with 2 when a file cannot be read", async () => {
    using project = createOrderProject();
    const { code, out } = await runCaptured(["template", "validate", "nope.yaml", "order.yaml"], { cwd: project.path });
    expect({ code, out }).toEqual({ code: 2, out: "order.yaml: shop/order 1.2.0, 4 steps\n" });
  });

  test("validate merges the environment that is asked for", async () => {
    using project = createOrderProject();
    project.write(
      "env.yaml",
      "name: env\ntask_handler_class: E\nstep_templates:\n  - name: a\n    handler_class: A\nenvironments:\n  test:\n    version: 3.0.0\n",
    );
    const validate = (...argv: string[]) =>
      runCaptured(["template", "validate", "env.yaml", ...argv], { cwd: project.path });
    expect((await validate()).out).toBe("env.yaml: default/env 0.1.0, 1 steps\n");
    expect((await validate("--environment", "test")).out).toBe("env.yaml: default/env 3.0.0, 1 steps\n");
  });

  test("graph prints Mermaid", async () => {
    using project = createOrderProject();
    const { code, out } = await runCaptured(["template", "graph", "order.yaml"], { cwd: project.path });
    expect(code).toBe(0);
    expect(out).toMatch(/^graph TD\nsubgraph "shop\/order 1\.2\.0"\n {2}n0\["check"\]\n[\s\S]*\nend\n$/);
  });

  test("graph writes a page to a file", async () => {
    using project = createOrderProject();
    const { code, out } = await runCaptured(
      ["template", "graph", "order.yaml", "--format", "html", "--output", "order.html"],
      { cwd: project.path },
    );
    expect({ code, out }).toEqual({ code: 0, out: "wrote order.html\n" });
    expect(readFileSync(join(project.path, "order.html"), "utf8")).toMatch(/^<!DOCTYPE html>[\s\S]*<\/html>\n$/);
  });

  test("graph prints JSON", async () => {
    using project = createOrderProject();
    const { out } = await runCaptured(["template", "graph", "order.yaml", "--format", "json"], { cwd: project.path });
    expect(JSON.parse(out)).toMatchObject({
      namespace: "shop",
      name: "order",
      version: "1.2.0",
      nodes: expect.arrayContaining([
        expect.objectContaining({ name: "confirm", dependencies: ["reserve", "charge"], dependency_count: 2 }),
      ]),
      edges: expect.arrayContaining([{ from: "check", to: "reserve", type: "single" }]),
      topology: ["check", "reserve", "charge", "confirm"],
      cycles: [],
      cyclic_components: [],
      levels: { check: 0, reserve: 1, charge: 1, confirm: 2 },
      roots: ["check"],
      leaves: ["confirm"],
      summary: { total_steps: 4, total_dependencies: 4, has_cycles: false, max_depth: 2, parallel_branches: 2 },
    });
  });

  test("diff says what changed between two files, step by step", async () => {
    using project = createOrderProject();
    const text = readFileSync(join(project.path, "order.yaml"), "utf8");
    project.write(
      "new.yaml",
      text.replace("retry_limit: 2", "retry_limit: 5").replace("version: 1.2.0", "version: 1.3.0"),
    );
    const diff = (...argv: string[]) => runCaptured(["template", "diff", ...argv], { cwd: project.path });
    expect((await diff("order.yaml", "order.yaml")).out).toMatch(
      /^shop\/order 1\.2\.0 \([0-9a-f]{12}\): nothing changed\n$/,
    );
    const { code, out } = await diff("order.yaml", "new.yaml");
    expect(code).toBe(0);
    expect(out.split("\n").slice(2)).toEqual([
      '~ version: "1.2.0" -> "1.3.0"',
      "~ step charge",
      "    ~ default_retry_limit: 2 -> 5",
      "",
    ]);
    expect(JSON.parse((await diff("order.yaml", "new.yaml", "--json")).out)).toMatchObject({
      same: false,
      steps: { changed: [{ name: "charge", changes: [{ path: "default_retry_limit", before: 2, after: 5 }] }] },
    });
  });

  test("validate expands variables only when asked to, from the environment", async () => {
    using project = createOrderProject();
    const braced = `\${TIMEOUT}`;
    project.write(
      "env.yaml",
      `name: env\nstep_templates: [{name: a, handler_class: A, timeout_seconds: "${braced}"}]\n`,
    );
    project.write(
      "plain.yaml",
      `name: env\nstep_templates:\n  - name: a\n    handler_class: A\n    timeout_seconds: ${braced}\n`,
    );
    const validate = (env: Record<string, string>, ...argv: string[]) =>
      runCaptured(["template", "validate", ...argv], { cwd: project.path, env });
    expect((await validate({ TIMEOUT: "5" }, "plain.yaml")).code).toBe(1);
    expect((await validate({ TIMEOUT: "5" }, "plain.yaml", "--expand-variables")).code).toBe(0);
    expect((await validate({}, "plain.yaml", "--expand-variables")).err).toContain(
      "the variable TIMEOUT, which is not set",
    );
  });
});
