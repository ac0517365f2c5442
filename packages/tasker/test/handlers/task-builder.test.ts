import { describe, expect, test } from "vitest";
import { HandlerConflictError, HandlerNotFoundError, InvalidTemplateError } from "../../src/errors/index.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { TaskBuilder } from "../../src/handlers/task-builder.ts";

const fixture = new URL("../template-files/fixtures/order_process.yaml", import.meta.url).pathname;
const CONFIG = {
  name: "order",
  step_templates: [
    { name: "check", handler_class: "Check" },
    { name: "charge", handler_class: "Shop::Charge", depends_on_step: "check" },
  ],
  environments: { test: { step_templates: [{ name: "charge", handler_config: { url: "http://localhost" } }] } },
};
const handlers = { Check: () => {}, Charge: () => {} };

describe("a task builder", () => {
  test("takes a text, an object or a file", async () => {
    const { definition } = TaskBuilder.fromObject(CONFIG, { environment: "test" });
    expect(definition.steps[1]?.handlerConfig).toEqual({ url: "http://localhost" });
    expect(TaskBuilder.fromYaml(JSON.stringify(CONFIG), { environment: "test" }).definition).toEqual(definition);
    const fromFile = await TaskBuilder.fromFile(fixture);
    expect(fromFile.definition).toMatchObject({ namespace: "ecommerce", version: "1.2.0", steps: { length: 5 } });
  });

  test("checks once, when it is made, and its definition cannot be changed", () => {
    const config = structuredClone(CONFIG);
    const builder = TaskBuilder.fromObject(config);
    config.step_templates.pop();
    expect(builder.definition.steps).toHaveLength(2);
    expect(Object.isFrozen(builder.definition)).toBe(true);
    expect(() => TaskBuilder.fromObject({ ...CONFIG, version: "1" })).toThrow(InvalidTemplateError);
    const unknown = { ...CONFIG, environments: { test: { step_templates: [{ name: "chrge" }] } } };
    expect(() => TaskBuilder.fromObject(unknown)).toThrow(
      'environments.test.step_templates[0].name: found an override of the unknown step "chrge", expected a step of this template (did you mean "charge"?)',
    );
  });

  test("builds the same template from the same handlers, without a class for the task", () => {
    const builder = TaskBuilder.fromObject(CONFIG);
    const template = builder.build(handlers);
    expect(builder.build(handlers)).toBe(template);
    expect(builder.build({ ...handlers })).not.toBe(template);
    expect(template).toMatchObject({ taskHandler: null, definition: builder.definition });
  });

  test("registers, or leaves the registry as it was", () => {
    const registry = new HandlerRegistry();
    const builder = TaskBuilder.fromObject(CONFIG);
    expect(() => builder.register(registry, { Check: handlers.Check })).toThrow(HandlerNotFoundError);
    expect(registry.size).toBe(0);
    const template = builder.register(registry, handlers);
    expect(registry.get("default", "order")).toBe(template);
    expect(() => builder.register(registry, handlers)).toThrow(HandlerConflictError);
    expect(builder.register(registry, handlers, { replace: true })).toBe(template);
  });
});
