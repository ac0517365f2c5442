import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { JsonObject } from "../../src/json/json-value.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";
import { customEvent } from "../support/custom-event.ts";

const BASE = `
name: order
default_dependent_system: shop
schema: {type: object, properties: {a: {type: string}}}
step_templates:
  - {name: fetch, handler_class: Fetch, handler_config: {type: api, url: A, tags: [x, y], params: {cart_id: 1}}}
  - {name: store, handler_class: Store, depends_on_step: fetch}
`;

const inEnvironment = (override: JsonObject) =>
  parseTemplate(`${BASE}environments:\n  test: ${JSON.stringify(override)}\n`, { environment: "test" });

describe("the override of an environment", () => {
  test("is merged into a step key by key; lists are replaced", () => {
    const { steps } = inEnvironment({
      step_templates: [
        { name: "fetch", handler_config: { url: "B", tags: ["z"], params: { cart_id: 1, test_mode: true } } },
      ],
    });
    expect(steps[0]?.handlerConfig).toEqual({
      type: "api",
      url: "B",
      tags: ["z"],
      params: { cart_id: 1, test_mode: true },
    });
    expect(steps[0]?.handlerClass).toBe("Fetch");
  });

  test("keeps the order of the steps", () => {
    const { steps } = inEnvironment({
      step_templates: [
        { name: "store", default_retry_limit: 7 },
        { name: "fetch", skippable: true },
      ],
    });
    expect(steps.map((step) => [step.name, step.retryLimit, step.skippable])).toEqual([
      ["fetch", 3, true],
      ["store", 7, false],
    ]);
  });

  test("changes the task itself, and its schema", () => {
    const definition = inEnvironment({ version: "2.0.0", schema: { properties: { b: { type: "number" } } } });
    expect(definition.version).toBe("2.0.0");
    expect(definition.contextSchema).toEqual({
      type: "object",
      properties: { a: { type: "string" }, b: { type: "number" } },
    });
  });

  test("takes a value away with null", () => {
    const { steps } = inEnvironment({
      step_templates: [{ name: "store", depends_on_step: null }],
      default_dependent_system: null,
    });
    expect(steps[1]).toMatchObject({ dependsOn: [], dependentSystem: "unknown" });
  });

  test("may complete a base that lacks a key, in that environment only", () => {
    const text =
      "name: order\nstep_templates: [{name: a}]\nenvironments: {test: {step_templates: [{name: a, handler_class: A}]}}\n";
    expect(parseTemplate(text, { environment: "test" }).steps[0]?.handlerClass).toBe("A");
    expect(() => parseTemplate(text)).toThrow("step_templates[0].handler_class: is missing, expected a text");
    expect(() => parseTemplate(text, { environment: "other" })).toThrow("is missing");
  });

  test("merging the same override twice changes nothing more", () => {
    const value = fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.parse(JSON.stringify(json)));
    const config = fc.dictionary(
      fc.string().filter((key) => !/\0/.test(key) && key.isWellFormed() && key !== "<<"),
      value,
    );
    fc.assert(
      fc.property(config, config, (base, override) => {
        const text = (one: JsonObject) =>
          JSON.stringify({
            name: "a",
            step_templates: [{ name: "s", handler_class: "S", handler_config: one }],
            environments: { test: { step_templates: [{ name: "s", handler_config: override }] } },
          });
        const storable = !/\\u0000|\\ud[89a-f]/i.test(text(base));
        fc.pre(storable);
        const once = parseTemplate(text(base), { environment: "test" }).steps[0]?.handlerConfig ?? {};
        expect(parseTemplate(text(once), { environment: "test" }).steps[0]?.handlerConfig).toEqual(once);
      }),
    );
  });
});

describe("a template", () => {
  test("unites depends_on_step and depends_on_steps", () => {
    const { steps } = parseTemplate(`
name: order
step_templates:
  - {name: a, handler_class: A}
  - {name: b, handler_class: B}
  - {name: c, handler_class: C, depends_on_step: b, depends_on_steps: [a, b, a]}
`);
    expect(steps[2]?.dependsOn).toEqual(["b", "a"]);
  });

  test("puts the module before the class of its task handler", () => {
    const handlerOf = (top: string) => parseTemplate(`name: a\nstep_templates: []\n${top}`).taskHandlerClass;
    expect(handlerOf("task_handler_class: Order")).toBe("Order");
    expect(handlerOf("task_handler_class: Order\nmodule_namespace: Shop")).toBe("Shop::Order");
    expect(handlerOf("task_handler_class: Other::Order\nmodule_namespace: Shop")).toBe("Other::Order");
    expect(handlerOf("module_namespace: Shop")).toBeNull();
  });

  test("may have x- keys at every level, and keys that the reference ignores with any value", () => {
    const definition = parseTemplate(`
name: a
x-a: 1
description: [ignored, by, the, reference]
handler_config: 5
custom_events: none
configuration: {a: 1}
concurrent: off
step_templates:
  - {name: s, handler_class: S, x-b: 2, custom_events: [{name: e.f, x-c: 3}], handler_config: {x-d: 4}}
environments:
  x-notes: text
  test: {x-e: 5}
`);
    expect(definition.description).toBeNull();
    expect(definition.steps[0]).toMatchObject({
      handlerConfig: { "x-d": 4 },
      customEvents: [customEvent("e.f")],
      forEach: null,
      compensation: null,
    });
  });

  test("reads booleans as Ruby does under keys that hold booleans, and texts as YAML 1.2 does elsewhere", () => {
    const { steps } = parseTemplate(`
name: on
step_templates:
  - {name: no, handler_class: Off, default_retryable: No, skippable: ON, handler_config: {no: "no", yes: true}}
`);
    expect(steps[0]).toMatchObject({ name: "no", handlerClass: "Off", retryable: false, skippable: true });
    expect(steps[0]?.handlerConfig).toEqual({ no: "no", yes: true });
  });

  test("may have no steps", () => {
    expect(parseTemplate("name: a\nstep_templates: []\n").steps).toEqual([]);
  });

  test("may use several merge keys; earlier and own keys win", () => {
    const { steps } = parseTemplate(`
name: a
x-one: &one {a: 1, b: 1}
x-two: &two {b: 2, c: 2, d: 2}
step_templates:
  - name: s
    handler_class: S
    handler_config: {d: 0, <<: [*one, *two], "<<": text, 1: one, true: yes-sir}
`);
    expect(steps[0]?.handlerConfig).toEqual({ d: 0, a: 1, b: 1, c: 2, "<<": "text", "1": "one", true: "yes-sir" });
  });

  test("keeps keys such as __proto__ as data", () => {
    const { steps } = parseTemplate(
      '{"name": "a", "step_templates": [{"name": "s", "handler_class": "S", "handler_config": {"__proto__": {"x": 1}}}]}',
    );
    expect(Object.keys(steps[0]?.handlerConfig ?? {})).toEqual(["__proto__"]);
    expect(steps[0]?.handlerConfig).not.toHaveProperty("x");
  });

  test("is frozen once it is read", () => {
    const definition = parseTemplate("name: a\nstep_templates: [{name: s, handler_class: S, depends_on_steps: []}]\n");
    expect(
      [definition, definition.steps, definition.steps[0], definition.steps[0]?.dependsOn].every(Object.isFrozen),
    ).toBe(true);
  });

  test("means the same in YAML and in JSON", () => {
    const document = {
      name: "a",
      step_templates: [
        { name: "s", handler_class: "S", handler_config: { text: "no", number: 1.5, list: [null, true] } },
      ],
    };
    expect(parseTemplate(stringify(document, { version: "1.1" }))).toEqual(parseTemplate(JSON.stringify(document)));
  });

  test("of a thousand steps is read in a moment", () => {
    const steps = Array.from({ length: 1000 }, (_, i) => ({
      name: `s${i}`,
      handler_class: "S",
      depends_on_steps: i === 0 ? [] : [`s${i - 1}`],
    }));
    expect(parseTemplate(JSON.stringify({ name: "big", step_templates: steps })).steps).toHaveLength(1000);
  });
});
