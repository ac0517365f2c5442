import { z } from "zod";

/** A part of a document in JSON. */
export type JsonObject = { [key: string]: unknown };

/** Schemas that several places of a document refer to, by their names. */
export type Components = Map<string, JsonObject>;

/**
 * The JSON Schema of a shape. Shapes with an id stand once, among the components, and are referred to.
 * @param io whether what callers send is described, or what they get
 */
export function jsonSchemaOf(shape: z.ZodType, io: "input" | "output", components: Components): JsonObject {
  const { $schema: _, $defs = {}, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: "any" });
  for (const [name, definition] of Object.entries($defs)) components.set(name, referring(definition) as JsonObject);
  return referring(schema) as JsonObject;
}

/** The same with references into the components of a document instead of into the schema itself. */
function referring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => {
      if (key === "$ref" && typeof part === "string") return [[key, part.replace("#/$defs/", "#/components/schemas/")]];
      // Ids of JSON Schema would move the base of the references.
      return key === "id" && typeof part === "string" ? [] : [[key, referring(part)]];
    }),
  );
}
