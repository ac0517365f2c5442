import { describe, expect, test } from "vitest";
import { InvalidRequestError, RegistryConflictError } from "../../../src/errors/index.ts";
import { bindTemplate } from "../../../src/handlers/bind-template.ts";
import { HandlerRegistry } from "../../../src/handlers/registry.ts";
import { parseTemplate } from "../../../src/templates/parse-template.ts";

const TEMPLATE = `
name: order
step_templates:
  - name: pay
    handler_class: Shop::Pay
    custom_events:
      - {name: order.paid, condition: success, payload_schema: {type: object}}
      - {name: order.paid, condition: always}
`;

describe("the registry of custom events", () => {
  test("lists them together with those of templates, by name", () => {
    const registry = new HandlerRegistry();
    registry.register(bindTemplate(parseTemplate(TEMPLATE), { Pay: () => {} }));
    registry.eventDeclarations.register([
      { name: "order.sent", description: "It is on its way", firedBy: ["Ship"] },
      { name: "order.paid", description: "Money came", firedBy: ["Refund"] },
    ]);
    expect(registry.customEvents()).toEqual([
      {
        name: "order.paid",
        category: "custom",
        description: "Money came",
        payloadSchema: { type: "object" },
        conditions: ["always", "success"],
        firedBy: ["Refund", "Shop::Pay"],
        declaredIn: ["default.order@0.1.0: pay", "code"],
      },
      {
        name: "order.sent",
        category: "custom",
        description: "It is on its way",
        payloadSchema: null,
        conditions: [],
        firedBy: ["Ship"],
        declaredIn: ["code"],
      },
    ]);
  });

  test("lets steps publish what their handler is named for, by its whole name or its last part", () => {
    const template = bindTemplate(parseTemplate(TEMPLATE), { Pay: () => {} });
    const { eventDeclarations: events } = new HandlerRegistry();
    const [step] = template.definition.steps;
    if (step === undefined) throw new Error("the template has no step");
    expect(events.ofStep(template, step).names).toEqual(["order.paid"]);
    events.register([
      { name: "a.a", firedBy: ["Pay"] },
      { name: "b.b", firedBy: ["Shop::Pay"] },
      { name: "c.c", firedBy: ["Other::Pay"] },
    ]);
    expect(events.ofStep(template, step).names).toEqual(["order.paid", "a.a", "b.b"]);
    expect(events.ofStep(template, step)).toBe(events.ofStep(template, step));
  });

  test("refuses names of the engine, and a name that is taken", () => {
    const { eventDeclarations: events } = new HandlerRegistry();
    expect(() => events.register({ name: "task.paid" })).toThrow(InvalidRequestError);
    expect(() => events.register([{ name: "a.a" }, { name: "a.a" }])).toThrow(RegistryConflictError);
    expect(events.list()).toEqual([]);
    events.register({ name: "a.a", source: "events/a.yml:3" });
    expect(() => events.register({ name: "a.a" })).toThrow(
      "The event a.a is registered already (events/a.yml:3 and code); use replace: true to replace it",
    );
    events.register({ name: "a.a", description: "new" }, { replace: true });
    expect(events.find("a.a")?.description).toBe("new");
    events.clear();
    expect(events.find("a.a")).toBeNull();
  });
});
