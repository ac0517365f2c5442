import { describe, expect, test } from "vitest";
import { InvalidContextError, InvalidTemplateError } from "../../src/errors/index.ts";
import type { JsonObject } from "../../src/json/json-value.ts";
import { type ContextViolation, compileContextValidator } from "../../src/templates/validate-context.ts";

function violationsOf(schema: JsonObject, context: JsonObject): readonly ContextViolation[] {
  try {
    compileContextValidator(schema)(context);
  } catch (error) {
    if (error instanceof InvalidContextError && Array.isArray(error.context.violations))
      return error.context.violations;
    throw error;
  }
  return [];
}

const ORDER: JsonObject = {
  type: "object",
  required: ["amount", "items"],
  properties: {
    amount: { type: "number", minimum: 0 },
    currency: { type: "string", enum: ["EUR", "USD"], default: "EUR" },
    email: { type: "string", format: "email" },
    items: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["sku"],
        additionalProperties: false,
        properties: { sku: { type: "string", pattern: "^[A-Z]+$" }, count: { type: "integer", default: 1 } },
      },
    },
  },
};

describe("a context that matches its schema", () => {
  test("is returned with the defaults of the schema, at every level", () => {
    const validate = compileContextValidator(ORDER);
    expect(validate({ amount: 5, items: [{ sku: "A" }, { sku: "B", count: 2 }] })).toEqual({
      amount: 5,
      currency: "EUR",
      items: [
        { sku: "A", count: 1 },
        { sku: "B", count: 2 },
      ],
    });
  });

  test("is not changed itself, and shares nothing with what is returned", () => {
    const context = Object.freeze({ amount: 5, items: Object.freeze([Object.freeze({ sku: "A" })]) });
    const validated = compileContextValidator(ORDER)(context);
    expect(context).toEqual({ amount: 5, items: [{ sku: "A" }] });
    expect(validated.items).not.toBe(context.items);
    expect(compileContextValidator(null)(context)).toEqual(context);
    expect(compileContextValidator(null)(context)).not.toBe(context);
  });

  test("gets a default of its own each time", () => {
    const validate = compileContextValidator({ properties: { list: { type: "array", default: [] } } });
    expect(validate({}).list).not.toBe(validate({}).list);
  });

  test("may have fields that the schema does not name, and lack those that it does not require", () => {
    expect(violationsOf(ORDER, { amount: 1, items: [{ sku: "A" }], note: "x" })).toEqual([]);
  });

  test("satisfies what is required by a default", () => {
    const schema = { required: ["a"], properties: { a: { type: "number", default: 3 } } };
    expect(compileContextValidator(schema)({})).toEqual({ a: 3 });
  });
});

describe("a context that does not match", () => {
  test("is refused with one line for each violation", () => {
    expect(() =>
      compileContextValidator(ORDER)({ amount: -1, currency: "GBP", email: "x", items: [{ sku: "a", price: 1 }, {}] }),
    ).toThrow(
      [
        "The context does not match its schema:",
        "amount: found -1, expected >= 0",
        'currency: found "GBP", expected one of "EUR", "USD"',
        'email: found "x", expected a text in the format email',
        "items[0].price: found 1, expected no such field",
        'items[0].sku: found "a", expected a text that matches ^[A-Z]+$',
        "items[1].sku: is missing, expected a value, the field is required",
      ].join("\n"),
    );
  });

  test("names path, value and rule of each violation for programs", () => {
    expect(violationsOf(ORDER, { amount: "5", items: [] })).toEqual([
      {
        path: "amount",
        message: 'amount: found "5", expected the type number',
        value: "5",
        expected: "the type number",
      },
      {
        path: "items",
        message: "items: found [], expected NOT have fewer than 1 items",
        value: [],
        expected: "NOT have fewer than 1 items",
      },
    ]);
    expect(violationsOf(ORDER, { items: [{ sku: "A" }] })).toEqual([
      {
        path: "amount",
        message: "amount: is missing, expected a value, the field is required",
        value: undefined,
        expected: "a value, the field is required",
      },
    ]);
  });

  test("shows long values cut", () => {
    const [violation] = violationsOf({ properties: { a: { type: "number" } } }, { a: "x".repeat(500) });
    expect(violation?.message).toBe(`a: found "${"x".repeat(56)}..., expected the type number`);
  });

  test.each([
    ["a constant", { properties: { a: { const: 1 } } }, { a: 2 }, "a: found 2, expected the value 1"],
    [
      "several types",
      { properties: { a: { type: ["null", "number"] } } },
      { a: "x" },
      'a: found "x", expected the type null or number',
    ],
    ["the whole context", { minProperties: 1 }, {}, "the context: found {}, expected NOT have fewer than 1 properties"],
    [
      "a key that looks like an index",
      { properties: { "0": { type: "number" } } },
      { "0": "x" },
      '["0"]: found "x", expected the type number',
    ],
    [
      "a key with a slash",
      { properties: { "a/b~c": { type: "number" } } },
      { "a/b~c": "x" },
      '["a/b~c"]: found "x", expected the type number',
    ],
    [
      "a field named as a method of every object",
      { required: ["toString"] },
      {},
      "toString: is missing, expected a value, the field is required",
    ],
    [
      "an alternative",
      { properties: { a: { anyOf: [{ type: "number" }] } } },
      { a: "x" },
      'a: found "x", expected the type number',
    ],
  ])("by %s", (_title, schema, context, message) => {
    expect(violationsOf(schema, context).map((violation) => violation.message)).toContain(message);
  });

  test("by a condition, without the line that only sums it up", () => {
    const schema: JsonObject = JSON.parse('{"if": {"required": ["a"]}, "then": {"required": ["b"]}}');
    expect(violationsOf(schema, { a: 1 }).map((violation) => violation.path)).toEqual(["b"]);
  });

  test("by a field that no part of the schema evaluates", () => {
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      properties: { a: {} },
      unevaluatedProperties: false,
    };
    expect(violationsOf(schema, { a: 1, b: 2 }).map((violation) => violation.message)).toEqual([
      "b: found 2, expected no such field",
    ]);
  });
});

describe("dialects", () => {
  const limit = (rule: JsonObject, extra: JsonObject = {}): JsonObject => ({
    ...extra,
    properties: { a: { type: "number", ...rule } },
  });

  test.each([
    [
      "draft 4 by $schema",
      limit({ minimum: 0, exclusiveMinimum: true }, { $schema: "http://json-schema.org/draft-04/schema#" }),
    ],
    ["draft 4 by a boolean limit", limit({ minimum: 0, exclusiveMinimum: true })],
    ["draft 4 by an id", limit({ minimum: 0, exclusiveMinimum: true }, { id: "http://shop.example/order" })],
    ["draft 6", limit({ exclusiveMinimum: 0 }, { $schema: "http://json-schema.org/draft-06/schema#" })],
    ["draft 7", limit({ exclusiveMinimum: 0 }, { $schema: "https://json-schema.org/draft-07/schema" })],
    ["no dialect", limit({ exclusiveMinimum: 0 })],
    ["2019-09", limit({ exclusiveMinimum: 0 }, { $schema: "https://json-schema.org/draft/2019-09/schema" })],
    ["2020-12", limit({ exclusiveMinimum: 0 }, { $schema: "https://json-schema.org/draft/2020-12/schema#" })],
  ])("%s", (_title, schema) => {
    expect(violationsOf(schema, { a: 0 })).toHaveLength(1);
    expect(violationsOf(schema, { a: 1 })).toEqual([]);
  });

  test("a property or a value named id does not make it draft 4", () => {
    const schema: JsonObject = {
      exclusiveMinimum: 0,
      properties: { id: { type: "string" } },
      default: { id: "x" },
      anyOf: [{ enum: [{ id: "x" }, null] }, {}],
    };
    expect(violationsOf({ properties: { n: schema } }, { n: 0 }).map((violation) => violation.path)).toContain("n");
  });

  test("unknown keywords and formats are tolerated", () => {
    expect(violationsOf({ "x-owner": "us", owner: 5, properties: { a: { format: "iban" } } }, { a: "x" })).toEqual([]);
  });

  test.each([
    ["Ruby's anchors", "\\A[a-z]+\\z", "abc", "1abc"],
    ["Ruby's end before a newline", "\\A[a-z]+\\Z", "abc\n", "abc1\n"],
    ["Ruby's hexadecimal class", "\\A\\h+\\z", "fF09", "g"],
    ["needless escapes", "^[\\w\\@\\!]+$", "a@!", "a-"],
    ["Unicode classes", "^\\p{L}+$", "été", "1"],
  ])("%s are understood in patterns", (_title, pattern, good, bad) => {
    const schema = { properties: { a: { pattern } } };
    expect(violationsOf(schema, { a: good })).toEqual([]);
    expect(violationsOf(schema, { a: bad })).toHaveLength(1);
  });

  test("a schema that is not valid is refused when it is compiled", () => {
    expect(() => compileContextValidator({ type: "objekt" })).toThrow(InvalidTemplateError);
    expect(() => compileContextValidator({ $schema: "urn:mine" })).toThrow(
      /schema: found the unknown dialect "urn:mine"/,
    );
  });
});
