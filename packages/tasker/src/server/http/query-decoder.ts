import { z } from "zod";
import type { JsonValue } from "../../json/json-value.ts";

const NUMBER = /^-?\d+(?:\.\d+)?$/;
const ID = /^[1-9]\d{0,15}$/;

/** Reads the texts of a query, or of a path, as the values that a schema asks for; what cannot be read so stays a text, which the schema refuses. */
export type QueryDecoder = (texts: ReadonlyMap<string, readonly string[]>) => Record<string, JsonValue>;

/** Makes the decoder of a schema. Its fields are texts, numbers, flags, or lists of these: `a=1&a=2` or `a=1,2`. */
export function queryDecoder(schema: z.ZodType): QueryDecoder {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const kinds = new Map(Object.entries(properties).map(([name, property]) => [name, kindOf(property)]));
  return (texts) => {
    const values = [...texts].map(([name, given]): [string, JsonValue] => {
      const kind = kinds.get(name) ?? { isList: false, item: "text" };
      if (kind.isList) return [name, given.flatMap((text) => text.split(",")).map((text) => decode(text, kind.item))];
      const [only = ""] = given;
      return [name, given.length === 1 ? decode(only, kind.item) : [...given]];
    });
    return Object.fromEntries(values);
  };
}

interface Kind {
  readonly isList: boolean;
  /** `id_or_text`: digits alone are an id. */
  readonly item: "text" | "number" | "flag" | "id_or_text";
}

function kindOf(property: z.core.JSONSchema._JSONSchema): Kind {
  if (typeof property === "boolean") return { isList: false, item: "text" };
  if (property.type === "array" && typeof property.items === "object" && !Array.isArray(property.items)) {
    return { isList: true, item: itemOf(property.items) };
  }
  return { isList: false, item: itemOf(property) };
}

function itemOf(property: z.core.JSONSchema._JSONSchema): Kind["item"] {
  if (typeof property === "boolean") return "text";
  if (property.type === "integer" || property.type === "number") return "number";
  if (property.anyOf?.some((choice) => itemOf(choice) === "number") === true) return "id_or_text";
  return property.type === "boolean" ? "flag" : "text";
}

function decode(text: string, kind: Kind["item"]): JsonValue {
  if (kind === "number" && NUMBER.test(text)) return Number(text);
  if (kind === "id_or_text" && ID.test(text)) return Number(text);
  if (kind === "flag" && (text === "true" || text === "false")) return text === "true";
  return text;
}
