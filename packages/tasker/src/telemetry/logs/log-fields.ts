import { describeException } from "../../log-lines/describe-exception.ts";

/** Fields that every line has of its own. */
export const OWN_FIELDS: readonly string[] = [
  "level",
  "timestamp",
  "component",
  "message",
  "environment",
  "tasker_version",
  "process_id",
  "thread_id",
];
const RESERVED: ReadonlySet<string> = new Set(OWN_FIELDS);

/** Facts of the engine that mean something else than a field of the schema with that name. */
const RENAMED: Readonly<Record<string, string>> = { processId: "engine_process_id" };

/** Names of facts, as fields: few, and used again and again. */
const fieldNames = new Map<string, string>();
/** Names that are remembered at most. */
export const MOST_NAMES = 1_000;

/**
 * What is told with a line, as fields of the one schema: names in snake_case, an error as `exception_*` and `backtrace`. What
 * would be there twice, as a fact named `timestamp`, gets `context_` before its name.
 */
export function fieldsOf(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key in facts) {
    const value = facts[key];
    if ((key === "err" || key === "error") && value instanceof Error) Object.assign(fields, describeException(value));
    else fields[fieldName(key)] = value;
  }
  return fields;
}

/** The field that a fact becomes. */
export function fieldName(key: string): string {
  const known = fieldNames.get(key);
  if (known !== undefined) return known;
  const snake = RENAMED[key] ?? key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  const name = RESERVED.has(snake) ? `context_${snake}` : snake;
  if (fieldNames.size < MOST_NAMES) fieldNames.set(key, name);
  return name;
}
