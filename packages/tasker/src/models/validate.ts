import type { z } from "zod";
import { InvalidRecordError, type RecordViolation } from "../errors/index.ts";
import { hintAt } from "../text/nearest-name.ts";

/** Longest piece of a refused value that is shown. */
const SHOWN_LENGTH = 80;

/**
 * Checks what a record is to hold.
 * @returns column values
 * @throws InvalidRecordError with every field that breaks a rule
 */
export function validate<S extends z.ZodObject>(model: string, schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const violations = parsed.error.issues.flatMap((issue) => describeIssue(issue, input, Object.keys(schema.shape)));
  throw new InvalidRecordError(model, violations);
}

/** A value as it stands in an error: short, and safe for one line. */
export function showValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "object" && value !== null) {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
    return Array.isArray(value) ? "a list" : "an object";
  }
  if (typeof value !== "string") return String(value);
  const shown = JSON.stringify(value.slice(0, SHOWN_LENGTH));
  return value.length > SHOWN_LENGTH ? `${shown} and ${value.length - SHOWN_LENGTH} characters more` : shown;
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown, known: readonly string[]): RecordViolation[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((field) => ({
      field,
      value: showValue(valueAt(input, [field])),
      rule: `no such attribute (${hintAt(field, known, "attributes")})`,
    }));
  }
  return [
    { field: issue.path.map(String).join("."), value: showValue(valueAt(input, issue.path)), rule: issue.message },
  ];
}

function valueAt(from: unknown, path: readonly PropertyKey[]): unknown {
  let value = from;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}
