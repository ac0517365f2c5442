import { documentJsonSchema, type JsonSchema } from "../config/json-schema.ts";
import { NEWEST_VERSION } from "./file-keys.ts";

/**
 * JSON Schema of a file, for editors: what a configuration may say, and what files have beside it.
 * @param whole schema of a configuration. Default: without plugins
 */
export function fileJsonSchema(whole: JsonSchema = documentJsonSchema()): object {
  const { $schema, $defs = {}, ...document } = whole;
  const part = { $ref: "#/$defs/document" };
  const names = { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" }, minItems: 1 }] };
  return {
    $schema,
    title: "Configuration of tasker",
    type: "object",
    required: ["version"],
    properties: {
      version: { const: NEWEST_VERSION },
      extends: { ...names, description: "files and presets, such as preset:production, that this one changes" },
      environments: { type: "object", additionalProperties: part },
      when: {
        type: "array",
        items: {
          type: "object",
          required: ["if", "then"],
          properties: {
            if: {
              type: "object",
              minProperties: 1,
              properties: { env: names, hostname: names, variable: names },
              additionalProperties: false,
            },
            // biome-ignore lint/suspicious/noThenProperty: the word of the format
            then: part,
          },
          additionalProperties: false,
        },
      },
      ...document.properties,
    },
    additionalProperties: false,
    $defs: { ...$defs, document },
  };
}
