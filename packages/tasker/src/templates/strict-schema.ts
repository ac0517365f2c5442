import type { JsonObject, JsonValue } from "../json/json-value.ts";
import { DATA_KEYWORDS } from "./schema-dialect.ts";

/**
 * The schema as the reference's strict mode means it: at every level, each declared property without a default is required,
 * and an object with declared properties takes no others unless the schema says something about `additionalProperties`.
 */
export function toStrictSchema(schema: JsonObject): JsonObject {
  const inner = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, DATA_KEYWORDS.has(keyword) ? value : strictPart(value)]),
  );
  const { properties } = schema;
  if (!isObject(properties)) return inner;
  const declared = Object.entries(properties)
    .filter(([, property]) => !isObject(property) || !("default" in property))
    .map(([name]) => name);
  const required = [...new Set([...(isList(schema.required) ? schema.required : []), ...declared])];
  return {
    ...inner,
    // Draft 4 knows no empty list here.
    ...(required.length === 0 ? {} : { required }),
    ...("additionalProperties" in schema ? {} : { additionalProperties: false }),
  };
}

/** A keyword's value: a schema, a list of them, schemas by name, or something that holds none. */
function strictPart(value: JsonValue): JsonValue {
  if (isList(value)) return value.map(strictPart);
  return isObject(value) ? toStrictSchema(value) : value;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
