import { describe, expect, test } from "vitest";
import { PermanentError } from "../../src/errors/index.ts";
import type { JsonObject, JsonValue } from "../../src/json/json-value.ts";
import { conditionFromDocument, type StepOutcome } from "../../src/templates/condition.ts";
import { evaluateCondition } from "../../src/templates/evaluate-condition.ts";

const results: Readonly<Record<string, JsonValue>> = {
  price: { total: 120, lines: [{ sku: "a", price: 20 }], note: null, code: "b" },
  check: true,
  left_out: null,
};
const outcomes: Readonly<Record<string, StepOutcome>> = { price: "complete", check: "failed", left_out: "skipped" };

const holds = (document: JsonObject, call: (name: string) => unknown = () => expect.fail("nothing is asked")) =>
  evaluateCondition(conditionFromDocument(document), {
    context: { customer: { tier: "gold", age: 41 } },
    resultsOf: (step) => results[step],
    outcomeOf: (step) => outcomes[step] ?? "complete",
    call,
  });

describe("a condition", () => {
  test.each<readonly [JsonObject, boolean]>([
    [{ step: "price", path: "total", equals: 120 }, true],
    [{ step: "price", path: "total", equals: "120" }, false],
    [{ step: "price", path: "lines", equals: [{ price: 20, sku: "a" }] }, true],
    [{ step: "price", path: "lines", equals: [] }, false],
    [{ step: "price", path: "note", equals: null }, true],
    [{ step: "price", path: "nothing", equals: null }, true],
    [{ step: "price", path: "total", not_equals: 120 }, false],
    [{ path: "customer.tier", in: ["silver", "gold"] }, true],
    [{ path: "customer.tier", in: [] }, false],
    [{ path: "customer.age", greater_than: 40 }, true],
    [{ path: "customer.age", greater_than: 41 }, false],
    [{ path: "customer.age", less_than: 41.5 }, true],
    [{ step: "price", path: "code", less_than: "c" }, true],
    [{ step: "price", path: "code", greater_than: "b" }, false],
    [{ step: "price", path: "note", less_than: 3 }, false],
    [{ step: "price", path: "note", greater_than: 3 }, false],
    [{ step: "price", path: "lines.0.sku", exists: true }, true],
    [{ step: "price", path: "lines.1.sku", exists: true }, false],
    [{ step: "price", path: "note", exists: false }, true],
    [{ step: "check", equals: true }, true],
    [{ step: "left_out", exists: true }, false],
    [{ step: "left_out", outcome: "skipped" }, true],
    [{ step: "check", outcome: "failed" }, true],
    [{ step: "price", outcome: "failed" }, false],
    [{ not: { step: "check", equals: true } }, false],
    [
      {
        all: [
          { step: "check", equals: true },
          { path: "customer", exists: true },
        ],
      },
      true,
    ],
    [
      {
        all: [
          { step: "check", equals: true },
          { path: "nobody", exists: true },
        ],
      },
      false,
    ],
    [
      {
        any: [
          { step: "check", equals: false },
          { path: "customer", exists: true },
        ],
      },
      true,
    ],
    [{ any: [{ step: "check", equals: false }] }, false],
  ])("%j is %s", (document, expected) => {
    expect(holds(document)).toBe(expected);
  });

  test("asks its function", () => {
    expect(holds({ not: { function: "isLarge" } }, (name) => name === "isLarge")).toBe(false);
  });

  test.each<readonly [string, JsonObject, unknown]>([
    [
      "the results of step price at code hold a text, expected a number",
      { step: "price", path: "code", less_than: 1 },
      0,
    ],
    ["the context at customer hold an object, expected a text", { path: "customer", greater_than: "a" }, 0],
    ["the condition f returned undefined, expected true or false", { function: "f" }, undefined],
    ["the condition f returned a promise, expected true or false", { function: "f" }, Promise.resolve(true)],
  ])("that cannot be answered is an error for good: %s", (message, document, answer) => {
    expect(() => holds(document, () => answer)).toThrow(PermanentError);
    expect(() => holds(document, () => answer)).toThrow(message);
  });
});
