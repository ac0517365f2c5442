import type { ErrorObject } from "ajv";
import { InvalidContextError } from "../errors/request-errors.ts";
import { InvalidTemplateError } from "../errors/template-errors.ts";
import type { JsonObject } from "../json/json-value.ts";
import { unescapePointer } from "./check-context-schema.ts";
import { shortenJson } from "./describe-value.ts";
import { createSchemaCompiler, detectDialect } from "./schema-dialect.ts";
import { formatPath } from "./source-tree.ts";

/** One way in which a context, or the payload of an event, breaks its schema. */
export interface ContextViolation {
  /** The field, such as `items[0].price`; empty for the object itself. */
  readonly path: string;
  /** A sentence that names the field, what was found and what was expected. */
  readonly message: string;
  /** What was found; undefined if the field is missing. */
  readonly value: unknown;
  /** What the schema asks for, such as `must be integer`. */
  readonly expected: string;
}

/** Checks a context; returns a copy with the schema's defaults filled in. Throws {@link InvalidContextError}. */
export type ContextValidator = (context: JsonObject) => JsonObject;

/**
 * Compiles the JSON Schema of a template's context. Without a schema every object is valid. Declared `required` and
 * `additionalProperties` mean what JSON Schema says. The context that is given is never changed.
 * @throws InvalidTemplateError if the schema is not a valid JSON Schema
 */
export function compileContextValidator(schema: JsonObject | null): ContextValidator {
  if (schema === null) return (context) => structuredClone(context);
  const check = compileSchemaCheck(schema, "the context");
  return (context) => {
    const { value, violations } = check(context);
    if (violations.length === 0) return value;
    const lines = violations.map(({ message }) => message);
    throw new InvalidContextError(`The context does not match its schema:\n${lines.join("\n")}`, {
      context: { violations },
    });
  };
}

/** Checks an object; gives a copy with the schema's defaults filled in, and how it breaks the schema. */
export type SchemaCheck = (value: JsonObject) => {
  readonly value: JsonObject;
  readonly violations: readonly ContextViolation[];
};

/**
 * Compiles a JSON Schema for objects.
 * @param whole what messages call the object itself, such as `the context`
 * @throws InvalidTemplateError if the schema is not a valid JSON Schema
 */
export function compileSchemaCheck(schema: JsonObject, whole: string): SchemaCheck {
  const validate = compileSchema(schema);
  return (given) => {
    const value = structuredClone(given);
    if (validate(value) === true) return { value, violations: [] };
    const errors = (validate.errors ?? []).filter(isOwnViolation);
    return { value, violations: errors.map((error) => describeViolation(error, value, whole)) };
  };
}

function compileSchema(schema: JsonObject) {
  const dialect = detectDialect(schema);
  try {
    if (dialect === null) throw new TypeError(`found the unknown dialect ${shortenJson(schema.$schema)}`);
    const compiler = createSchemaCompiler(schema, dialect);
    return compiler.ajv.compile(compiler.schema);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidTemplateError([{ path: "schema", message }], { cause });
  }
}

/** `if` only says that its `then` or `else` failed, which is listed itself. */
function isOwnViolation(error: ErrorObject): boolean {
  return error.keyword !== "if";
}

function describeViolation(error: ErrorObject, context: JsonObject, whole: string): ContextViolation {
  const { keyword, params } = error;
  const parent = error.instancePath.split("/").slice(1).map(unescapePointer);
  const missing = keyword === "required" ? String(params.missingProperty) : null;
  const extra =
    keyword === "additionalProperties" || keyword === "unevaluatedProperties"
      ? String(params.additionalProperty ?? params.unevaluatedProperty)
      : null;
  const last = missing ?? extra;
  const path = formatPath(toFieldPath(context, last === null ? parent : [...parent, last]));
  const field = path === "" ? whole : path;
  if (missing !== null) {
    const expected = "a value, the field is required";
    return { path, message: `${field}: is missing, expected ${expected}`, value: undefined, expected };
  }
  const value = extra === null ? error.data : readProperty(error.data, extra);
  const expected = extra === null ? describeRule(error) : "no such field";
  return { path, message: `${field}: found ${shortenJson(value)}, expected ${expected}`, value, expected };
}

/** A pointer does not tell an index from a key that looks like a number; the data does. */
function toFieldPath(context: JsonObject, parts: readonly string[]): (string | number)[] {
  let value: unknown = context;
  return parts.map((part) => {
    const key = Array.isArray(value) ? Number(part) : part;
    value = readProperty(value, part);
    return key;
  });
}

function readProperty(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
}

function describeRule(error: ErrorObject): string {
  const { keyword, params } = error;
  const message = (error.message ?? keyword).replace(/^must (?:be |match )?/, "");
  switch (keyword) {
    case "type":
      return `the type ${[params.type].flat().join(" or ")}`;
    case "enum":
      return `one of ${shortenList(params.allowedValues)}`;
    case "const":
      return `the value ${shortenJson(params.allowedValue)}`;
    case "pattern":
      return `a text that matches ${params.pattern}`;
    case "format":
      return `a text in the format ${params.format}`;
    default:
      return message;
  }
}

function shortenList(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => shortenJson(value)).join(", ") : shortenJson(values);
}
