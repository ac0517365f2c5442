import { type JsonSchema, schemaAt, typesOf } from "./json-schema.ts";

/** The greatest whole number of a configuration, which is not worth telling. */
const MOST = 2 ** 31 - 1;

/** What a value of an option is, in words: `a whole number of 1 or more`; null if there is no such option. */
export function optionType(path: string): string | null {
  const schema = schemaAt(path.split("."));
  return schema === null ? null : schemaText(schema);
}

/** Default of an option; undefined if it has none. */
export function optionDefault(path: string): unknown {
  return schemaAt(path.split("."))?.default;
}

/** What a value of a schema is, in words. */
export function schemaText(schema: JsonSchema): string {
  const { anyOf, enum: words, const: constant, items } = schema;
  if (anyOf !== undefined) return anyOf.map((part) => (typeof part === "object" ? schemaText(part) : "")).join(" or ");
  if (words !== undefined) return words.join(", ");
  if (constant !== undefined) return String(constant);
  const [type] = typesOf(schema);
  switch (type) {
    case "boolean":
      return "true or false";
    case "string":
      return schema.format === "uri" ? "an address" : "a text";
    case "integer":
      return `a whole number${range(schema)}`;
    case "number":
      return `a number${range(schema)}`;
    case "array":
      return typeof items === "object" && !Array.isArray(items) ? `a list: ${schemaText(items)}` : "a list";
    default:
      return type ?? "anything";
  }
}

function range({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined || minimum === Number.MIN_SAFE_INTEGER) return "";
  return maximum === undefined || maximum === MOST || maximum === Number.MAX_SAFE_INTEGER
    ? ` of ${minimum} or more`
    : ` from ${minimum} to ${maximum}`;
}
