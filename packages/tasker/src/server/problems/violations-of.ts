import type { z } from "zod";
import type { RequestViolation } from "../../errors/index.ts";
import { valueAtPath } from "../../json/value-at-path.ts";
import { hintAt } from "../../text/nearest-name.ts";

/** Longest text of a value that is shown, in characters. */
const LONGEST_SHOWN = 100;

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/**
 * What a schema found wrong with a part of a request.
 * @param part of the request: `body`, `query`, `params`
 */
export function violationsOf(
  part: string,
  error: z.core.$ZodError,
  given: unknown,
  schema: z.ZodType,
): RequestViolation[] {
  return error.issues.flatMap((issue) => {
    const at = [part, ...issue.path.map(String)].join(".");
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(schema, issue.path);
      return issue.keys.map((key) => ({
        path: `${at}.${key}`,
        value: shown(valueAtPath(given, [...issue.path, key].map(String).join("."))),
        expected: `a known name; ${hintAt(key, known, "known names")}`,
      }));
    }
    const found = valueAtPath(given, issue.path.map(String).join("."));
    return [{ path: at, ...(found === undefined ? {} : { value: shown(found) }), expected: expectation(issue) }];
  });
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPES[issue.expected] ?? issue.expected;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return limit(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum);
    case "too_big":
      return limit(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum);
    case "invalid_format":
      return issue.format === "datetime" ? "a time such as 2027-01-31T09:00:00Z" : issue.message;
    case "invalid_union": {
      const texts = issue.errors.flatMap(([first]) => (first === undefined ? [] : [expectation(first)]));
      return texts.length === 0 ? issue.message : [...new Set(texts)].join(", or ");
    }
    default:
      return issue.message;
  }
}

function limit(origin: string, relation: string, bound: number | bigint): string {
  if (origin === "string") return `${relation} ${bound} characters`;
  if (origin === "array") return `${relation} ${bound} items`;
  return `${relation} ${bound}`;
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const { shape } = schema as { readonly shape?: Readonly<Record<string, unknown>> };
  return path.length === 0 && shape !== undefined ? Object.keys(shape) : [];
}

function shown(value: unknown): unknown {
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}
