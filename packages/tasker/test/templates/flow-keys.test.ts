import { describe, expect, test } from "vitest";
import { InvalidTemplateError } from "../../src/errors/index.ts";
import { definitionFromDocument, definitionToDocument } from "../../src/templates/definition-document.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";

/** A template of the steps `first`, `second` after it, `other` beside them, and `last` after `second`, with more lines. */
const yaml = (...lines: readonly string[]) =>
  [
    "name: orders",
    "step_templates:",
    "  - { name: first, handler_class: A }",
    "  - { name: second, handler_class: A, depends_on_step: first }",
    "  - { name: other, handler_class: A }",
    "  - name: last",
    "    handler_class: A",
    "    depends_on_step: second",
    ...lines.map((line) => `    ${line}`),
  ].join("\n");

const last = (...lines: readonly string[]) => parseTemplate(yaml(...lines)).steps.at(-1);

function issuesOf(...lines: readonly string[]) {
  try {
    parseTemplate(yaml(...lines));
  } catch (error) {
    if (error instanceof InvalidTemplateError) {
      return error.issues.map(({ line, path, message, hint }) => ({ line, path, message, hint }));
    }
    throw error;
  }
  return [];
}

describe("the keys that decide over a step", () => {
  test("are the definition's", () => {
    const step = last(
      "run_if:",
      "  all:",
      "    - { step: first, path: items.0.price, greater_than: 100 }",
      "    - not: { path: customer.blocked, equals: true }",
      "    - any: [{ step: second, outcome: failed }, { function: isLarge }, { step: first, equals: null }]",
      "when_skipped: skip_dependants",
      "on_failure: continue",
      "default_results: { price: 0 }",
    );
    expect(step).toMatchObject({
      runIf: {
        kind: "all",
        of: [
          { kind: "test", step: "first", path: "items.0.price", operator: "greater_than", value: 100 },
          { kind: "not", of: { kind: "test", step: null, path: "customer.blocked", operator: "equals", value: true } },
          {
            kind: "any",
            of: [
              { kind: "test", step: "second", path: null, operator: "outcome", value: "failed" },
              { kind: "function", name: "isLarge" },
              { kind: "test", step: "first", path: null, operator: "equals", value: null },
            ],
          },
        ],
      },
      whenSkipped: "skip_dependants",
      onFailure: "continue",
      defaultResults: { price: 0 },
    });
  });

  test("are stored as they were written, and not at all where they are absent", () => {
    const definition = parseTemplate(yaml("run_if: { step: first, path: a, in: [1, null] }", "on_failure: continue"));
    expect(definitionFromDocument(definitionToDocument(definition))).toEqual(definition);
    const plain = definitionToDocument(parseTemplate(yaml()));
    expect(JSON.stringify(plain)).not.toMatch(/run_if|when_skipped|on_failure|default_results/);
  });

  test("run_if is replaced as a whole by an environment", () => {
    const text = [
      yaml("run_if: { step: first, equals: 1 }"),
      "environments:",
      "  production:",
      "    step_templates: [{ name: last, run_if: { path: a, exists: true } }]",
    ].join("\n");
    expect(parseTemplate(text, { environment: "production" }).steps.at(-1)?.runIf).toMatchObject({
      step: null,
      path: "a",
      operator: "exists",
    });
  });

  test.each<readonly [string, string, string | undefined]>([
    [
      "run_if: { step: frist, exists: true }",
      'found the unknown step "frist", expected a step before "last"',
      'did you mean "first"?',
    ],
    [
      "run_if: { step: other, exists: true }",
      'found the step "other", for which "last" does not wait, expected a step before it',
      "add it to depends_on_steps",
    ],
    [
      "run_if: { step: last, exists: true }",
      'found the unknown step "last", expected a step before "last"',
      "steps before it: second, first",
    ],
    [
      "run_if: { step: first, greather_than: 3 }",
      'found the unknown key "greather_than", expected one of the keys of a condition',
      'did you mean "greater_than"?',
    ],
    [
      "run_if: { step: first }",
      "found no operator, expected one operator",
      "operators: equals, not_equals, in, greater_than, less_than, exists, outcome",
    ],
    [
      "run_if: { step: first, equals: 1, in: [1] }",
      "found equals and in, expected one operator",
      "operators: equals, not_equals, in, greater_than, less_than, exists, outcome",
    ],
    ["run_if: { equals: 1 }", "found neither step nor path, expected what to look at", undefined],
    ["run_if: { path: 3, equals: 1 }", 'found 3, expected a path in dots, such as "items.0.price"', undefined],
    ["run_if: { step: first, in: 3 }", "found 3, expected a list of values", undefined],
    ["run_if: { step: first, less_than: true }", "found true, expected a number or a text", undefined],
    ["run_if: { step: first, exists: maybe }", 'found "maybe", expected true or false', undefined],
    ["run_if: { step: first, outcome: lost }", 'found "lost", expected complete, skipped, failed', undefined],
    [
      "run_if: { path: a, outcome: failed }",
      "found outcome with a path or without a step, expected it with a step alone",
      undefined,
    ],
    ["run_if: { all: [] }", "found a list, expected a list of conditions", undefined],
    ["run_if: { any: [3] }", "found 3, expected a condition: a mapping", undefined],
    [
      "run_if: { not: {} }",
      "found no operator, expected one operator",
      "operators: equals, not_equals, in, greater_than, less_than, exists, outcome",
    ],
    [
      "run_if: { not: { path: a, exists: true }, step: first }",
      "found not together with step, expected not alone",
      undefined,
    ],
    ["run_if: { function: 3 }", "found 3, expected the name of a function", undefined],
    ["run_if: [1]", "found a list, expected a mapping", undefined],
    ["when_skipped: skip", 'found "skip", expected "satisfied" or "skip_dependants"', undefined],
    ["on_failure: ignore", 'found "ignore", expected "fail", "continue" or "compensate"', undefined],
  ])("%s: %s", (line, message, hint) => {
    expect(issuesOf(line)).toEqual([expect.objectContaining({ line: 9, message, hint })]);
  });
});
