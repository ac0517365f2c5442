import { describe, expect, test } from "vitest";
import { z } from "zod";
import { InvalidRequestError } from "../../../src/errors/index.ts";
import { bindTemplate } from "../../../src/handlers/bind-template.ts";
import { readCustomEvents } from "../../../src/handlers/custom-events/declared-by-class.ts";
import { HandlerRegistry } from "../../../src/handlers/registry.ts";
import { StepHandler } from "../../../src/handlers/step-handler.ts";
import { expectedEventName } from "../../../src/templates/event-name.ts";
import { parseTemplate } from "../../../src/templates/parse-template.ts";
import { customEvent } from "../../support/custom-event.ts";

describe("the name of a custom event", () => {
  test.each(["order.paid", "a.b.c", "Testing.done", "handler.upgraded", "steps.done"])("can be %s", (name) => {
    expect(expectedEventName(name)).toBeNull();
  });

  test.each([
    ["paid", "a name with a dot inside"],
    [".paid", "a name with a dot inside"],
    ["order.", "a name with a dot inside"],
    ["task.completed", "does not begin with one of task., step., workflow., observability., test."],
    ["Step.mine", "does not begin with one of"],
    ["workflow.x", "does not begin with one of"],
    ["observability.task.x", "does not begin with one of"],
    ["test.event", "does not begin with one of"],
    ["handler.registered", "not an event of the engine"],
    ["order.\u0000", "without"],
    [`a.${"b".repeat(300)}`, "at most 255 characters"],
  ])("cannot be %j", (name, expected) => {
    expect(expectedEventName(name)).toContain(expected);
  });
});

describe("the events that a handler's class declares", () => {
  test("come from a list or a method; a description is made where none is given", () => {
    class Pay {
      static customEventConfiguration = [{ name: "order.paid", description: "Money came" }];
      handle() {}
    }
    class Ship {
      static customEventConfiguration() {
        return [{ name: "order.sent" }];
      }
      handle() {}
    }
    expect(readCustomEvents(Pay)).toEqual([customEvent("order.paid", { description: "Money came" })]);
    expect(readCustomEvents(Ship)).toEqual([customEvent("order.sent", { description: "Custom event from Ship" })]);
    expect(readCustomEvents(class Plain {})).toEqual([]);
    expect(readCustomEvents(undefined)).toEqual([]);
  });

  test("may have the schema of their payload, in zod or JSON, and the ends of attempts at which they are published", () => {
    const schema = { type: "object", required: ["total"], properties: { total: { type: "number" } } };
    class Pay {
      static customEventConfiguration = [
        { name: "order.paid", payloadSchema: schema, condition: "success", payload: { total: "results.total" } },
        { name: "order.sent", payloadSchema: z.object({ total: z.number() }) },
      ];
      handle() {}
    }
    const description = "Custom event from Pay";
    const payload = { total: "results.total" };
    expect(readCustomEvents(Pay)).toMatchObject([
      customEvent("order.paid", { description, payloadSchema: schema, condition: "success", payload }),
      { name: "order.sent", payloadSchema: schema },
    ]);
  });

  test.each([
    ["order.paid", 'customEventConfiguration of Pay is "order.paid", expected a list'],
    [["order.paid"], 'customEventConfiguration[0] of Pay is "order.paid", expected { name, description }'],
    [[{ name: "a.b" }, { title: 1 }], "customEventConfiguration[1].name of Pay is undefined, expected a text"],
    [[{ name: "paid" }], 'customEventConfiguration[0].name of Pay is "paid", expected a name with a dot inside'],
    [
      [{ name: "a.b", condition: "sometimes" }],
      'customEventConfiguration[0].condition of Pay is "sometimes", expected one of success, failure, retryable, permanent, always',
    ],
    [
      [{ name: "a.b", condition: "success", payload: { total: "result.total" } }],
      'customEventConfiguration[0].payload.total of Pay is "result.total", expected a path that begins with one of context',
    ],
    [[{ name: "a.b", payload: { total: "results" } }], "expected a condition beside it"],
    [[{ name: "a.b", payloadSchema: { type: "objekt" } }], "expected a JSON Schema"],
    [[{ name: "a.b", description: 5 }], "customEventConfiguration[0].description of Pay is 5, expected a text"],
  ])("%j is refused by its place", (configuration, message) => {
    class Pay {
      static customEventConfiguration = configuration;
      handle() {}
    }
    expect(() => readCustomEvents(Pay)).toThrow(InvalidRequestError);
    expect(() => readCustomEvents(Pay)).toThrow(message);
  });

  test("fail unchanged when the class fails, and leave the registry as it was", () => {
    const failure = new RangeError("no configuration today");
    class Pay extends StepHandler {
      static customEventConfiguration(): never {
        throw failure;
      }
      override process() {}
    }
    const registry = new HandlerRegistry();
    const definition = parseTemplate("name: order\nstep_templates: [{name: pay, handler_class: Pay}]");
    expect(() => registry.register(bindTemplate(definition, { Pay }))).toThrow(failure);
    expect(registry.list()).toEqual([]);
    expect(registry.customEvents()).toEqual([]);
  });
});
