import { describe, expect, test } from "vitest";
import { diffDefinitions } from "../../src/templates/diff-definitions.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";

const step = (name: string, more = "") => `  - {name: ${name}, handler_class: ${name.toUpperCase()}${more}}\n`;
const template = (head: string, ...steps: string[]) =>
  parseTemplate(`name: order\n${head}step_templates:\n${steps.join("")}`);

describe("the difference of two definitions", () => {
  test("is nothing for templates that say the same in other words", () => {
    const a = template("", step("a"), step("b", ", depends_on_step: a"));
    const b = template("version: 0.1.0\n", step("a", ", skippable: false"), step("b", ", depends_on_steps: [a]"));
    expect(diffDefinitions(a, b)).toMatchObject({
      same: true,
      changes: [],
      steps: { added: [], removed: [], changed: [], reordered: false },
    });
  });

  test("names steps that came, went, changed or moved, and each value with its path", () => {
    const a = template(
      "version: 1.0.0\n",
      step("a", ", handler_config: {url: x, list: [1], gone: null}"),
      step("b"),
      step("c"),
      step("old"),
    );
    const b = template(
      "version: 1.1.0\ndescription: New\nschema: {type: object}\n",
      step("c"),
      step("new"),
      step("a", ", handler_config: {url: y, list: [1, 2]}, depends_on_step: c"),
      step("b"),
    );
    const diff = diffDefinitions(a, b);
    expect(diff.same).toBe(false);
    expect([diff.before.version, diff.after.version]).toEqual(["1.0.0", "1.1.0"]);
    expect(diff.before.hash).not.toBe(diff.after.hash);
    expect(diff.changes).toEqual([
      { path: "version", before: "1.0.0", after: "1.1.0" },
      { path: "description", before: undefined, after: "New" },
      { path: "schema", before: undefined, after: { type: "object" } },
    ]);
    expect(diff.steps).toEqual({
      added: ["new"],
      removed: ["old"],
      changed: [
        {
          name: "a",
          changes: [
            { path: "depends_on_steps", before: [], after: ["c"] },
            { path: "handler_config.url", before: "x", after: "y" },
            { path: "handler_config.list", before: [1], after: [1, 2] },
            { path: "handler_config.gone", before: null, after: undefined },
          ],
        },
      ],
      reordered: true,
    });
  });
});
