import fc from "fast-check";
import { z } from "zod";

type Schema = z.core.JSONSchema._JSONSchema;

/** Values that a shape takes, by its JSON Schema. Patterns and formats are not kept to: what does not fit is refused. */
export function arbitraryOf(shape: z.ZodType): fc.Arbitrary<unknown> {
  const schema = z.toJSONSchema(shape, { io: "input", unrepresentable: "any" });
  return made(schema, schema.$defs ?? {}, 0);
}

function made(schema: Schema, known: Readonly<Record<string, Schema>>, depth: number): fc.Arbitrary<unknown> {
  if (typeof schema === "boolean" || depth > 4) return fc.jsonValue({ maxDepth: 1 });
  const { $ref, anyOf, oneOf, enum: values, type } = schema;
  const inner = (part: Schema) => made(part, known, depth + 1);
  if ($ref !== undefined) return inner(known[$ref.replace("#/$defs/", "")] ?? true);
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(inner));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (values !== undefined) return fc.constantFrom(...values);
  switch (type) {
    case "integer":
      return fc.oneof(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: schema.minimum ?? -9, max: schema.maximum ?? 9 }),
      );
    case "number":
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(inner(itemsOf(schema)), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case "object":
      return objectOf(schema, inner);
    case "string":
      return fc.string({
        minLength: schema.minLength ?? 0,
        maxLength: Math.min(schema.maxLength ?? 40, 300),
        unit: "binary",
      });
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function itemsOf({ items }: z.core.JSONSchema.BaseSchema): Schema {
  return items === undefined || Array.isArray(items) ? true : items;
}

function objectOf(
  { properties = {}, required = [], additionalProperties }: z.core.JSONSchema.BaseSchema,
  inner: (part: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inner(part)]));
  const requiredKeys = Object.keys(fields).filter((name) => required.includes(name));
  const known = fc.record(fields, { requiredKeys });
  if (typeof additionalProperties !== "object") return known;
  return fc
    .tuple(known, fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), inner(additionalProperties), { maxKeys: 3 }))
    .map(([named, others]) => ({ ...others, ...named }));
}
