import { describe, expect, test } from "vitest";
import { z } from "zod";
import { InvalidTemplateError } from "../../src/errors/index.ts";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import { StepHandler } from "../../src/handlers/step-handler.ts";
import { TaskHandler } from "../../src/handlers/task-handler.ts";
import type { JsonObject } from "../../src/json/json-value.ts";
import { definitionFromDocument, definitionToDocument } from "../../src/templates/definition-document.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";
import { compileContextValidator } from "../../src/templates/validate-context.ts";
import { runStep } from "./run-step.ts";

class ShipHandler extends StepHandler<{ readonly carrier: string }> {
  override process(): { parcel: string } {
    return { parcel: this.config.carrier };
  }
}

class OrderHooks extends TaskHandler {}

const order = () =>
  defineTask({
    name: "process_order",
    namespace: "shop",
    version: "1.0.0",
    description: "Sells things",
    dependentSystem: "shop",
    dependentSystems: { bank: { concurrency: 4, key: "currency" } },
    handlerLimits: { ShipHandler: { rate: { count: 10, perSeconds: 0.5 } } },
    context: z.object({ amount: z.number(), currency: z.string().default("EUR") }),
    taskHandler: new OrderHooks(),
  })
    .step("validate", { process: async (task) => ({ total: task.context.amount }) })
    .step("charge", {
      dependsOn: ["validate"],
      retryLimit: 5,
      timeoutSeconds: 30,
      dependentSystem: "bank",
      process: (_task, sequence) => ({ id: "x", total: sequence.resultsOf("validate").total }),
    })
    .step("ship", {
      dependsOn: ["charge", "validate"],
      description: "Sends it",
      retryable: false,
      skippable: true,
      priority: -2,
      limits: [
        { name: "vans", concurrency: 2 },
        { rate: { count: 3, perSeconds: 60 }, key: "amount" },
      ],
      handler: ShipHandler,
      handlerConfig: { carrier: "post" },
      customEvents: [
        {
          name: "parcel.sent",
          payloadSchema: z.object({ parcel: z.string() }),
          condition: "success",
          payload: { parcel: "results.parcel" },
        },
        { name: "parcel.lost", description: "Gone" },
      ],
    });

describe("a task that is defined in TypeScript", () => {
  test("has the definition that the same template in YAML has", () => {
    const { definition, taskHandler } = order().build();
    expect(definition).toEqual(
      parseTemplate(`
name: process_order
namespace_name: shop
version: 1.0.0
description: Sells things
default_dependent_system: shop
dependent_systems: {bank: {key: currency, concurrency: 4}}
handler_limits: {ShipHandler: {rate: {count: 10, per_seconds: 0.5}}}
task_handler_class: OrderHooks
schema:
  $schema: https://json-schema.org/draft/2020-12/schema
  type: object
  properties: {amount: {type: number}, currency: {type: string, default: EUR}}
  required: [amount, currency]
step_templates:
  - {name: validate, handler_class: validate}
  - {name: charge, handler_class: charge, dependent_system: bank, depends_on_step: validate, default_retry_limit: 5, timeout_seconds: 30}
  - name: ship
    handler_class: ShipHandler
    description: Sends it
    depends_on_steps: [charge, validate]
    default_retryable: false
    skippable: true
    priority: -2
    limits: [{name: vans, concurrency: 2}, {key: amount, rate: {count: 3, per_seconds: 60}}]
    handler_config: {carrier: post}
    custom_events:
      - name: parcel.sent
        payload_schema:
          $schema: https://json-schema.org/draft/2020-12/schema
          type: object
          properties: {parcel: {type: string}}
          required: [parcel]
        condition: success
        payload: {parcel: results.parcel}
      - {name: parcel.lost, description: Gone}
`),
    );
    expect(definitionFromDocument(definitionToDocument(definition))).toEqual(definition);
    expect(taskHandler).toBeInstanceOf(OrderHooks);
  });

  test("runs its functions and classes", async () => {
    const template = order().build();
    const run = (step: string, options = {}) => runStep(template.createStepHandler(step), options);
    expect((await run("validate", { context: { amount: 5 } })).stored).toEqual({ total: 5 });
    expect((await run("charge", { earlier: { validate: { total: 5 } } })).stored).toEqual({ id: "x", total: 5 });
    expect((await run("ship")).stored).toEqual({ parcel: "post" });
  });

  test("needs no settings but a name", () => {
    expect(defineTask({ name: "empty" }).build()).toMatchObject({
      taskHandler: null,
      definition: { namespace: "default", version: "0.1.0", contextSchema: null, steps: [] },
    });
  });

  test("is built step by step: a builder can be used again", () => {
    const first = defineTask({ name: "a" }).step("one", { process: () => 1 });
    const longer = first.step("two", { process: () => 2 });
    expect(first.build().definition.steps).toHaveLength(1);
    expect(longer.build().definition.steps).toHaveLength(2);
  });
});

describe("processResults", () => {
  const stored = async (
    processResults: (step: { results: unknown }, output: number, previous: unknown) => unknown,
    previous?: unknown,
  ) => {
    const template = defineTask({ name: "a" })
      .step("s", { process: () => 5, processResults })
      .build();
    return (await runStep(template.createStepHandler("s"), { previous })).stored;
  };

  test("returns what is stored", async () => {
    expect(await stored((_step, output) => ({ doubled: output * 2 }))).toEqual({ doubled: 10 });
    expect(await stored(async () => null)).toBeNull();
  });

  test("may return what the step held before", async () => {
    expect(await stored((_step, _output, previous) => previous, { error: "x" })).toEqual({ error: "x" });
    expect(await stored(() => ({}), {})).toEqual({});
  });

  test("may assign it instead", async () => {
    const assigned = await stored((step) => {
      step.results = "assigned";
    });
    expect(assigned).toBe("assigned");
  });

  test("stores the output if it does neither", async () => {
    expect(await stored(() => undefined)).toBe(5);
  });
});

describe("the context's schema", () => {
  const schemaOf = (context: z.ZodType<object>) => defineTask({ name: "a", context }).build().definition.contextSchema;

  test("of zod accepts what the types promise: defaults are there, fields that are not named may come", () => {
    const validate = compileContextValidator(
      schemaOf(z.object({ a: z.number().default(3), b: z.object({ c: z.string() }).optional() })),
    );
    expect(validate({ extra: 1, b: { c: "x", d: 2 } })).toEqual({ a: 3, extra: 1, b: { c: "x", d: 2 } });
    expect(() => validate({ a: "3" })).toThrow('a: found "3", expected the type number');
  });

  test("of zod keeps strict and loose objects as they are", () => {
    expect(schemaOf(z.strictObject({ a: z.number() }))).toMatchObject({ additionalProperties: false });
    expect(() => compileContextValidator(schemaOf(z.strictObject({})))({ a: 1 })).toThrow(
      "a: found 1, expected no such field",
    );
    expect(schemaOf(z.looseObject({}))).toMatchObject({ additionalProperties: {} });
  });

  test.each([
    ["a transformation", z.object({ a: z.string().transform(Number) }), /Transforms cannot be represented/],
    ["a date", z.object({ a: z.date() }), /Date cannot be represented/],
  ])("of zod is refused if it has %s", (_title, schema, message) => {
    expect(() => schemaOf(schema)).toThrow(InvalidTemplateError);
    expect(() => schemaOf(schema)).toThrow(message);
  });

  test("may be a JSON Schema", () => {
    const context: JsonObject = { type: "object", properties: { id: { type: "string" } } };
    expect(defineTask({ name: "a", context }).build().definition.contextSchema).toEqual(context);
    expect(() => defineTask({ name: "a", context: { type: "objekt" } }).build()).toThrow('schema.type: found "objekt"');
  });
});

describe("a definition that is not valid", () => {
  const step = { process: () => 1 };

  test.each([
    ["name", () => defineTask({ name: "" }).build(), 'name: found "", expected a text that is not empty'],
    ["version", () => defineTask({ name: "a", version: "1" }).build(), 'version: found "1", expected a version'],
    [
      "attempts",
      () =>
        defineTask({ name: "a" })
          .step("s", { ...step, retryLimit: 0 })
          .build(),
      "step_templates[0].default_retry_limit: found 0, expected 1 or more",
    ],
    [
      "deadline",
      () =>
        defineTask({ name: "a" })
          .step("s", { ...step, timeoutSeconds: Number.NaN })
          .build(),
      "step_templates[0].timeout_seconds: found NaN, expected a JSON value",
    ],
    [
      "configuration",
      () =>
        defineTask({ name: "a" })
          .step("s", { handler: ShipHandler, handlerConfig: Object.assign({ carrier: "x" }, { at: new Date(0) }) })
          .build(),
      "step_templates[0].handler_config.at: found an object of class Date",
    ],
    [
      "handler",
      () => defineTask({ name: "a" }).step("s", JSON.parse("{}")).build(),
      "step_templates[0].handler_class: the handler is undefined, expected a class",
    ],
    [
      "dependency",
      () =>
        defineTask({ name: "a" })
          .step("s", { ...step, dependsOn: JSON.parse('["z"]') })
          .build(),
      'step_templates[0].depends_on_steps[0]: found the unknown step "z"',
    ],
    [
      "second step of one name",
      () => defineTask({ name: "a" }).step("s", step).step(JSON.parse('"s"'), step).build(),
      'step_templates[1].name: found a second step "s"',
    ],
  ])("is refused with the path of its %s", (_title, build, message) => {
    expect(build).toThrow(InvalidTemplateError);
    expect(build).toThrow(message);
  });
});
