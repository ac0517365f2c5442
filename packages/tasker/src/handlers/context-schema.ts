import { z } from "zod";
import { InvalidTemplateError } from "../errors/index.ts";
import type { JsonObject } from "../json/json-value.ts";
import { readValue } from "../templates/read-value.ts";
import { toPlainObject } from "../templates/source-tree.ts";

/** What describes a task's context in a program: a zod schema, or a JSON Schema. */
export type ContextSchema = z.ZodType | JsonObject;

/**
 * The JSON Schema of a context.
 *
 * Of a zod schema it is the schema of what zod returns, because that is what handlers see: fields with a default are
 * there, fields that a plain `z.object` does not name are accepted. Rules written as code (`refine`) have no
 * counterpart in JSON Schema and are not checked.
 * @throws InvalidTemplateError if the zod schema changes values (`transform`, `z.date()`), which JSON Schema cannot
 */
export function toContextSchema(schema: ContextSchema): JsonObject {
  return isZodSchema(schema) ? convertZodSchema(schema) : schema;
}

function isZodSchema(schema: ContextSchema): schema is z.ZodType {
  return "_zod" in schema;
}

function convertZodSchema(schema: z.ZodType): JsonObject {
  let converted: unknown;
  try {
    converted = z.toJSONSchema(schema, {
      io: "output",
      override: ({ zodSchema, jsonSchema }) => {
        const { def } = zodSchema._zod;
        // zod leaves such fields out of what it returns; here they stay in the context.
        if (def.type === "object" && def.catchall === undefined) delete jsonSchema.additionalProperties;
      },
    });
  } catch (cause) {
    const message = `found a zod schema without a JSON Schema, expected one that only checks: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new InvalidTemplateError([{ path: "schema", message }], { cause });
  }
  // Reading it anew drops what zod attaches to the object besides the schema.
  const { tree } = readValue(JSON.parse(JSON.stringify(converted)));
  return tree.kind === "mapping" ? toPlainObject(tree) : {};
}
