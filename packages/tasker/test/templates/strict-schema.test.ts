import { describe, expect, test } from "vitest";
import { InvalidContextError } from "../../src/errors/index.ts";
import type { JsonObject } from "../../src/json/json-value.ts";
import { parseTemplateObject } from "../../src/templates/parse-template.ts";
import { toStrictSchema } from "../../src/templates/strict-schema.ts";
import { compileContextValidator } from "../../src/templates/validate-context.ts";

const SCHEMA = {
  type: "object",
  required: ["id"],
  properties: {
    id: { type: "integer" },
    note: { type: "string" },
    mode: { type: "string", default: "fast" },
    lines: { type: "array", items: { type: "object", properties: { sku: { type: "string" } } } },
    free: { type: "object", properties: { a: {} }, additionalProperties: true },
  },
};

const validate = (schema: JsonObject, context: JsonObject) => compileContextValidator(schema)(context);

describe("the schema of a context", () => {
  test("keeps optional properties optional, takes others, and fills in defaults", () => {
    expect(validate(SCHEMA, { id: 1, more: true })).toEqual({ id: 1, more: true, mode: "fast" });
  });

  test("read strictly requires every declared property without a default, at every level, and refuses others", () => {
    const strict = toStrictSchema(SCHEMA);
    const full = { id: 1, note: "n", lines: [{ sku: "s" }], free: { a: 1, b: 2 } };
    expect(validate(strict, full)).toEqual({ ...full, mode: "fast" });
    const broken: readonly JsonObject[] = [
      { ...full, more: true },
      { id: 1, lines: [], free: { a: 1 } },
      { ...full, lines: [{}] },
      { ...full, lines: [{ sku: "s", x: 1 }] },
      { ...full, free: {} },
    ];
    for (const context of broken) expect(() => validate(strict, context)).toThrow(InvalidContextError);
  });

  test("is read strictly only where that is asked for; what data says is left alone", () => {
    const schema = { type: "object", properties: { p: { enum: [{ properties: { q: 1 } }] } } };
    const config = { name: "a", schema, step_templates: [] };
    expect(parseTemplateObject(config).contextSchema).toEqual(schema);
    expect(parseTemplateObject(config, { strictSchema: true }).contextSchema).toEqual({
      ...schema,
      required: ["p"],
      additionalProperties: false,
    });
    const { schema: _, ...bare } = config;
    expect(parseTemplateObject(bare, { strictSchema: true }).contextSchema).toBeNull();
  });
});
