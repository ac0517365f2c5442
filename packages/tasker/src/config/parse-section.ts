import type { z } from "zod";
import { ConfigurationError } from "../errors/index.ts";
import { hintAt } from "../text/nearest-name.ts";

/** One thing that is wrong with a section of the configuration. */
interface Violation {
  /** Section and key, such as `execution.min_concurrent_steps`. */
  readonly option: string;
  readonly value: unknown;
  readonly expected: string;
  readonly hint?: string;
}

/**
 * Checks the values of one section and fills in its defaults. Nothing is coerced: a number in a text is not a number.
 * @param name name of the section, for messages
 * @param schema every rule has as its message what was expected
 * @returns a new value, frozen through and through
 * @throws ConfigurationError that lists everything that is wrong, each with its key, its value and what was expected;
 *   `context` has `option`, `value` and `expected` of the first, and all of them as `violations`
 */
export function parseSection<Schema extends z.ZodType>(name: string, schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return freeze(parsed.data);
  const violations = parsed.error.issues.flatMap((issue) => describe(name, issue, value));
  const [first] = violations;
  throw new ConfigurationError(violations.map(sentence).join("; "), { context: { ...first, violations } });
}

function describe(name: string, issue: z.core.$ZodIssue, section: unknown): Violation[] {
  const found = issue.path.reduce<unknown>(memberOf, section);
  const option = pathText(name, issue.path);
  if (issue.code !== "unrecognized_keys") return [{ option, value: found, expected: issue.message }];
  const known = issue.message.split(", ");
  return issue.keys.map((key) => ({
    option: pathText(name, [...issue.path, key]),
    value: memberOf(found, key),
    expected: "a key that is known",
    hint: hintAt(key, known, "keys"),
  }));
}

function sentence({ option, value, expected, hint }: Violation): string {
  return `${option} is ${show(value)}, expected ${expected}${hint === undefined ? "" : ` (${hint})`}`;
}

function pathText(name: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`),
    name,
  );
}

const memberOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;

function show(value: unknown): string {
  if (value === undefined) return "missing";
  return typeof value === "string" || (typeof value === "object" && value !== null)
    ? JSON.stringify(value)
    : String(value);
}

function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
