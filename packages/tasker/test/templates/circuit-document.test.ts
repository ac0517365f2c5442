import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json/json-value.ts";
import { definitionFromDocument, definitionToDocument } from "../../src/templates/definition-document.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";

const parse = (step: JsonObject, top: JsonObject = {}) =>
  parseTemplate(
    JSON.stringify({ name: "order", ...top, step_templates: [{ name: "charge", handler_class: "Charge", ...step }] }),
  );
const circuitOf = (step: JsonObject, top: JsonObject = {}) => parse(step, top).steps[0]?.circuit;

const defaults = { failures: 5, windowSeconds: 60, openSeconds: 30, probes: 1 };
const gateway = {
  dependent_systems: { gateway: { circuit_breaker: { failures: 2 } } },
  default_dependent_system: "gateway",
};

describe("the circuit breaker of a step", () => {
  test("has defaults, and a name by the system that the step talks to", () => {
    expect(circuitOf({})).toBeNull();
    expect(circuitOf({ circuit_breaker: {} })).toEqual({ name: "order.charge", policy: defaults });
    expect(circuitOf({ circuit_breaker: { probes: 2 }, dependent_system: "gateway" })).toEqual({
      name: "gateway",
      policy: { ...defaults, probes: 2 },
    });
    expect(circuitOf({ circuit_breaker: { name: "bank" }, dependent_system: "gateway" })?.name).toBe("bank");
  });

  test("is that of its system, unless it has one of its own", () => {
    expect(circuitOf({}, gateway)).toEqual({ name: "gateway", policy: { ...defaults, failures: 2 } });
    expect(circuitOf({ circuit_breaker: { failures: 9 } }, gateway)?.policy.failures).toBe(9);
  });

  test("is stored with its step, and read back", () => {
    const definition = parse({}, gateway);
    const document = definitionToDocument(definition);
    expect(document).not.toHaveProperty("dependent_systems");
    expect(definitionFromDocument(document)).toEqual(definition);
  });

  test.each<[JsonObject, JsonObject, string]>([
    [{ circuit_breaker: { failure: 1 } }, {}, 'unknown key "failure"'],
    [{ circuit_breaker: { failures: 0 } }, {}, "expected 1 or more"],
    [
      {},
      { dependent_systems: { gateway: { circuit_breaker: { name: "x" } } }, default_dependent_system: "gateway" },
      '"name"',
    ],
    [{}, { dependent_systems: { gatway: { circuit_breaker: {} } }, default_dependent_system: "gateway" }, '"gatway"'],
    [{ type: "sleep", handler_class: null, sleep: { seconds: 1 }, circuit_breaker: {} }, {}, "circuit_breaker"],
  ])("is refused: %j %j", (step, top, message) => {
    expect(() => parse(step, top)).toThrow(message);
  });
});
