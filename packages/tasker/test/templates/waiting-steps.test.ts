import { describe, expect, test } from "vitest";
import { InvalidTemplateError } from "../../src/errors/index.ts";
import { definitionFromDocument, definitionToDocument } from "../../src/templates/definition-document.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";

const template = (step: string) => `
name: order
step_templates:
  - { name: fetch, handler_class: Fetch }
  - ${step}
  - { name: later, handler_class: Later }
`;

function issuesOf(step: string): string[] {
  try {
    parseTemplate(template(step));
    return [];
  } catch (error) {
    if (!(error instanceof InvalidTemplateError)) throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe("a step without a handler", () => {
  test.each([
    ["{ name: nap, type: sleep, sleep: { seconds: 0.5 } }", { kind: "sleep", seconds: 0.5, until: null }],
    [
      "{ name: nap, type: sleep, sleep: { until_path: visit.at } }",
      { kind: "sleep", seconds: null, until: { step: null, path: "visit.at" } },
    ],
    [
      "{ name: nap, type: sleep, depends_on_step: fetch, sleep: { until_path: at, step: fetch } }",
      { kind: "sleep", seconds: null, until: { step: "fetch", path: "at" } },
    ],
    [
      "{ name: nap, type: signal, signal: { name: go } }",
      { kind: "signal", name: "go", timeoutSeconds: null, onTimeout: "fail" },
    ],
    [
      "{ name: nap, type: signal, signal: { name: go, timeout_seconds: 9, on_timeout: continue } }",
      { kind: "signal", name: "go", timeoutSeconds: 9, onTimeout: "continue" },
    ],
  ])("says what it waits for: %s", (step, wait) => {
    const definition = parseTemplate(template(step));
    expect(definition.steps[1]).toMatchObject({ wait, timeoutSeconds: null, customEvents: [] });
    expect(definitionFromDocument(definitionToDocument(definition))).toEqual(definition);
  });

  test.each([
    ["{ name: nap }", "step_templates[1].handler_class: is missing, expected a text"],
    ["{ name: nap, type: doze }", 'step_templates[1].type: found "doze", expected sleep, signal or task'],
    ["{ name: nap, type: sleep }", "step_templates[1].sleep: is missing, expected a mapping"],
    [
      "{ name: nap, handler_class: Nap, sleep: { seconds: 1 } }",
      "step_templates[1].sleep: found sleep without a type, expected type: sleep beside it",
    ],
    [
      "{ name: nap, type: sleep, sleep: { seconds: 1 }, handler_class: Nap }",
      "step_templates[1].handler_class: found handler_class, expected none: a step of the type sleep calls no handler",
    ],
    [
      "{ name: nap, type: sleep, sleep: { seconds: 1 }, timeout_seconds: 3 }",
      "step_templates[1].timeout_seconds: found timeout_seconds, expected none: a step of the type sleep calls no handler",
    ],
    [
      "{ name: nap, type: sleep, sleep: { seconds: -1 } }",
      "step_templates[1].sleep.seconds: found -1, expected 0 or more",
    ],
    ["{ name: nap, type: signal, signal: {} }", "step_templates[1].signal.name: is missing, expected a text"],
    [
      "{ name: nap, type: signal, signal: { name: go, on_timeout: hope } }",
      'step_templates[1].signal.on_timeout: found "hope", expected fail or continue',
    ],
    [
      "{ name: nap, type: sleep, sleep: { seconds: 1 }, signal: { name: go } }",
      "step_templates[1].signal: found signal, expected none: a step of the type sleep calls no handler",
    ],
    [
      "{ name: nap, type: sleep, sleep: {} }",
      "step_templates[1].sleep: found a mapping, expected either seconds, or until_path with or without step",
    ],
    [
      "{ name: nap, type: sleep, sleep: { seconds: 1, until_path: a } }",
      "step_templates[1].sleep: found a mapping, expected either seconds, or until_path with or without step",
    ],
    [
      "{ name: nap, type: sleep, sleep: { until_path: at, step: fetch } }",
      'step_templates[1].sleep.step: found "fetch", expected a step that this one depends on',
    ],
  ])("is refused where it says too little or too much: %s", (step, issue) => {
    expect(issuesOf(step)).toEqual([issue]);
  });
});
