import { Ajv, type Options } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import AjvDraft04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import type { JsonObject, JsonValue } from "../json/json-value.ts";
import { compilePattern } from "./schema-pattern.ts";

/** Dialects of JSON Schema that a template may be written in. */
export type SchemaDialect = "draft-04" | "draft-07" | "2019-09" | "2020-12";

/** `$schema` without scheme, fragment and trailing slash. Draft 6 is a part of draft 7. */
const DIALECTS: Readonly<Record<string, SchemaDialect>> = {
  "json-schema.org/schema": "draft-04",
  "json-schema.org/draft-04/schema": "draft-04",
  "json-schema.org/draft-06/schema": "draft-07",
  "json-schema.org/draft-07/schema": "draft-07",
  "json-schema.org/draft/2019-09/schema": "2019-09",
  "json-schema.org/draft/2020-12/schema": "2020-12",
};

/** Values of `$schema` that are known, for messages. */
export const KNOWN_DIALECTS = [
  "http://json-schema.org/draft-04/schema#",
  "http://json-schema.org/draft-06/schema#",
  "http://json-schema.org/draft-07/schema#",
  "https://json-schema.org/draft/2019-09/schema",
  "https://json-schema.org/draft/2020-12/schema",
] as const;

/** Keywords whose values are data, not schemas. */
export const DATA_KEYWORDS: ReadonlySet<string> = new Set(["enum", "const", "default", "example", "examples"]);
/** Keywords whose values hold schemas under names of the author's choice. */
const NAMED_SCHEMAS = new Set([
  "properties",
  "patternProperties",
  "definitions",
  "$defs",
  "dependencies",
  "dependentSchemas",
]);

/**
 * The dialect of a schema: what `$schema` says; without it draft 4 if it uses what only draft 4 has (a boolean
 * `exclusiveMinimum` or `exclusiveMaximum`, an `id`), otherwise draft 7. Null if `$schema` names another one.
 */
export function detectDialect(schema: JsonObject): SchemaDialect | null {
  const declared = schema.$schema;
  if (typeof declared === "string") {
    return DIALECTS[declared.replace(/^https?:\/\//, "").replace(/#?\/?$/, "")] ?? null;
  }
  return usesDraft04(schema) ? "draft-04" : "draft-07";
}

function usesDraft04(schema: JsonValue): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  if (isList(schema)) return schema.some(usesDraft04);
  return Object.entries(schema).some(([keyword, value]) => {
    if (DATA_KEYWORDS.has(keyword)) return false;
    if (keyword === "id" && typeof value === "string") return true;
    if ((keyword === "exclusiveMinimum" || keyword === "exclusiveMaximum") && typeof value === "boolean") return true;
    const named = NAMED_SCHEMAS.has(keyword) && typeof value === "object" && value !== null;
    return named ? Object.values(value).some(usesDraft04) : usesDraft04(value);
  });
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A compiler of one dialect, and the schema as that compiler takes it. */
export interface SchemaCompiler {
  readonly ajv: Ajv;
  readonly schema: JsonObject;
}

/**
 * Makes the compiler for a schema. Unknown keywords and formats are tolerated, defaults are filled in, every violation
 * is found, and properties of `Object.prototype` do not count as given.
 */
export function createSchemaCompiler(schema: JsonObject, dialect: SchemaDialect): SchemaCompiler {
  const options: Options = {
    strict: false,
    allErrors: true,
    useDefaults: true,
    ownProperties: true,
    verbose: true,
    logger: false,
    code: { regExp: Object.assign((pattern: string) => compilePattern(pattern), { code: "compilePattern" }) },
  };
  const ajv = createAjv(dialect, options);
  addFormats.default(ajv);
  // The dialect is chosen already; ajv would look for the exact spelling of `$schema`.
  return { ajv, schema: Object.fromEntries(Object.entries(schema).filter(([keyword]) => keyword !== "$schema")) };
}

function createAjv(dialect: SchemaDialect, options: Options): Ajv {
  switch (dialect) {
    case "draft-04":
      return new AjvDraft04.default(options);
    case "2019-09":
      return new Ajv2019(options);
    case "2020-12":
      return new Ajv2020(options);
    case "draft-07":
      return new Ajv(options);
  }
}
