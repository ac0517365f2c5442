import { describe, expect, test } from "vitest";
import { HandlerNotFoundError, InvalidRequestError } from "../../src/errors/index.ts";
import { bindTemplate } from "../../src/handlers/bind-template.ts";
import type { StepExecution, StepSequence, TaskView } from "../../src/handlers/execution.ts";
import { StepHandler } from "../../src/handlers/step-handler.ts";
import { TaskHandler } from "../../src/handlers/task-handler.ts";
import type { JsonObject } from "../../src/json/json-value.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";
import { runStep } from "./run-step.ts";

const definitionOf = (handlerClass: string, config: JsonObject | null = null, top: JsonObject = {}) =>
  parseTemplate(
    JSON.stringify({
      name: "order",
      namespace_name: "shop",
      ...top,
      step_templates: [{ name: "charge", handler_class: handlerClass, handler_config: config }],
    }),
  );

class ChargeCard extends StepHandler {
  override process(): unknown {
    return { config: this.config };
  }
}

class WithField {
  readonly handle = async (_task: TaskView, _sequence: StepSequence, step: StepExecution) => {
    step.results = "by a field";
  };
}

const handlers = { ChargeCard, "Shop::Refund": ChargeCard };

describe("a handler", () => {
  test.each([
    ["by its name", "ChargeCard"],
    ["by a whole Ruby name", "Shop::Refund"],
    ["by the last part of a Ruby name", "Shop::Steps::ChargeCard"],
    ["by a Ruby name from the top", "::ChargeCard"],
  ])("is found %s", (_title, handlerClass) => {
    const template = bindTemplate(definitionOf(handlerClass), handlers);
    expect(template.createStepHandler("charge")).toBeInstanceOf(ChargeCard);
  });

  test("is found under the whole name first", () => {
    const other = async () => "other";
    const template = bindTemplate(definitionOf("A::ChargeCard"), { ChargeCard, "A::ChargeCard": other });
    expect(template.createStepHandler("charge")).not.toBeInstanceOf(ChargeCard);
  });

  test("of a class is constructed for each attempt, with the step's configuration", async () => {
    const template = bindTemplate(definitionOf("ChargeCard", { url: "x" }), handlers);
    const first = template.createStepHandler("charge");
    expect(template.createStepHandler("charge")).not.toBe(first);
    expect((await runStep(first)).stored).toEqual({ config: { url: "x" } });
  });

  test.each([
    ["a function", (task: TaskView) => ({ amount: task.context.amount }), { amount: 5 }],
    ["an async function", async () => "done", "done"],
    ["a function without result", () => undefined, null],
    ["an object with handle", new WithField(), "by a field"],
    ["a class whose instances have handle", WithField, "by a field"],
  ])("may be %s", async (_title, handler, stored) => {
    const template = bindTemplate(definitionOf("Charge"), { Charge: handler });
    expect((await runStep(template.createStepHandler("charge"), { context: { amount: 5 } })).stored).toEqual(stored);
  });

  test("may be the export of a module", async () => {
    const module = await import("./fixtures/shop-handlers.ts");
    const template = bindTemplate(
      definitionOf("Shop::ChargeCard", null, { task_handler_class: "OrderHandler" }),
      module,
    );
    expect((await runStep(template.createStepHandler("charge"))).stored).toEqual({ charged: true });
    expect(template.taskHandler).toBeInstanceOf(module.OrderHandler);
  });

  test("of a step that does not exist cannot be made", () => {
    const template = bindTemplate(definitionOf("ChargeCard"), handlers);
    expect(() => template.createStepHandler("chrage")).toThrow(HandlerNotFoundError);
    expect(() => template.createStepHandler("chrage")).toThrow(
      'The template shop.order@0.1.0 has no step "chrage" (did you mean "charge"?)',
    );
  });
});

describe("handlers that are missing", () => {
  const definition = parseTemplate(`
name: order
namespace_name: shop
step_templates:
  - {name: validate, handler_class: "Shop::ValidateOrdr"}
  - {name: charge, handler_class: ChargeCard}
  - {name: ship, handler_class: toString}
`);

  test("are all named in one error, each with the nearest one that is there", () => {
    const bind = () => bindTemplate(definition, { ValidateOrder: ChargeCard, ChargeCard });
    expect(bind).toThrow(HandlerNotFoundError);
    expect(bind).toThrow(
      [
        "Handlers of shop.order@0.1.0 are missing:",
        'step "validate": found no handler Shop::ValidateOrdr, expected it among the handlers given (did you mean "ValidateOrder"?)',
        'step "ship": found no handler toString, expected it among the handlers given (handlers: ValidateOrder, ChargeCard)',
      ].join("\n"),
    );
  });
});

describe("a value that cannot be a handler", () => {
  class ProcessOnly {
    process(): void {}
  }
  class Nothing {}
  class Throws {
    constructor() {
      throw new Error("no url");
    }
  }

  test.each([
    ["a text", "ChargeCard", "is a string, expected a class, a function or an object with handle"],
    ["null", null, "is null, expected a class, a function or an object with handle"],
    ["a list", [ChargeCard], "is a list, expected a class, a function or an object with handle"],
    [
      "an object without handle",
      { process: () => 1 },
      "is an object without handle, expected a class, a function or an object with handle",
    ],
    [
      "a class with process only",
      ProcessOnly,
      "is the class ProcessOnly, which has process but no handle, expected a class that extends StepHandler",
    ],
    [
      "a class without handle",
      Nothing,
      "is the class Nothing without handle, expected a class that extends StepHandler",
    ],
    ["an unnamed class", class {}, "is a class without handle, expected a class that extends StepHandler"],
    ["a class that cannot be constructed", Throws, "cannot be constructed: no url"],
  ])("is refused: %s", (_title, value, reason) => {
    const bind = () => bindTemplate(definitionOf("Charge"), { Charge: value });
    expect(bind).toThrow(InvalidRequestError);
    expect(bind).toThrow(`Handlers of shop.order@0.1.0 cannot be used:\nstep "charge": Charge ${reason}`);
  });

  test("is refused when it is made, if a class gives different instances", () => {
    let made = 0;
    class Unsteady {
      constructor() {
        if (made++ === 0) Object.assign(this, { handle: async () => 1 });
      }
    }
    const template = bindTemplate(definitionOf("Unsteady"), { Unsteady });
    expect(() => template.createStepHandler("charge")).toThrow("Unsteady lost its method handle");
  });
});

describe("the task handler", () => {
  class OrderHandler extends TaskHandler {}
  const bind = (taskHandlerClass: string | null, extra: Readonly<Record<string, unknown>>) =>
    bindTemplate(definitionOf("ChargeCard", null, { task_handler_class: taskHandlerClass }), { ...handlers, ...extra });

  test("is made from a class, by the rules for names of handlers", () => {
    expect(bind("OrderHandler", { OrderHandler }).taskHandler).toBeInstanceOf(OrderHandler);
    expect(bind("Shop::OrderHandler", { OrderHandler }).taskHandler).toBeInstanceOf(OrderHandler);
  });

  test("may be an object", () => {
    const handler = new OrderHandler();
    expect(bind("OrderHandler", { OrderHandler: handler }).taskHandler).toBe(handler);
  });

  test("is null if the template names none, or if there is none of that name", () => {
    expect(bind(null, { OrderHandler }).taskHandler).toBeNull();
    expect(bind("OrderHandler", {}).taskHandler).toBeNull();
  });

  test("must be a TaskHandler", () => {
    expect(() => bind("ChargeCard", {})).toThrow(InvalidRequestError);
    expect(() => bind("ChargeCard", {})).toThrow(
      "The task handler ChargeCard of shop.order@0.1.0 is something else, expected a TaskHandler",
    );
  });
});
