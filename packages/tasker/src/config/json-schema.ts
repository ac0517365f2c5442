import { z } from "zod";
import { ConfigurationSchema } from "./configuration.ts";

/** A part of a JSON Schema. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

let made: JsonSchema | null = null;

/** JSON Schema of everything that a configuration may say. Made once. */
export function documentJsonSchema(): JsonSchema {
  made ??= z.toJSONSchema(ConfigurationSchema, { io: "input", unrepresentable: "any" });
  return made;
}

/** The part of a schema for a path such as `["cache", "default_ttl"]`; null if it has no such option. */
export function schemaAt(place: readonly string[], whole: JsonSchema = documentJsonSchema()): JsonSchema | null {
  return place.reduce<JsonSchema | null>((part, key) => {
    const named = part?.properties;
    const next = named !== undefined && Object.hasOwn(named, key) ? named[key] : part?.additionalProperties;
    return typeof next === "object" ? next : null;
  }, whole);
}

/** Types that a value of a schema may have: `string`, `number`, `integer`, `boolean`, `array`, `object`, `null`. */
export function typesOf({ type, anyOf, enum: words, const: constant }: JsonSchema): string[] {
  if (anyOf !== undefined) return [...new Set(anyOf.flatMap(typesOf))];
  if (type !== undefined) return [type].flat();
  const values = words ?? (constant === undefined ? [] : [constant]);
  return [...new Set(values.map((value) => (value === null ? "null" : typeof value)))];
}
