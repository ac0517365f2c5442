import type { z } from "zod";
import { ConfigurationError } from "../errors/index.ts";
import { freeze } from "./freeze.ts";
import { violationSentence, violationsOf } from "./violation.ts";

/**
 * Checks the values of one section and fills in its defaults. Nothing is coerced: a number in a text is not a number.
 * @param name name of the section, for messages; null for a whole configuration
 * @param schema every rule has as its message what was expected
 * @returns a new value, frozen through and through
 * @throws ConfigurationError that lists everything that is wrong, each with its key, its value and what was expected;
 *   `context` has `option`, `value` and `expected` of the first, and all of them as `violations`
 */
export function parseSection<Schema extends z.ZodType>(
  name: string | null,
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const given = value ?? {};
  const parsed = schema.safeParse(given);
  if (parsed.success) return freeze(parsed.data);
  const violations = violationsOf(parsed.error, given, name === null ? [] : [name]).map(
    ({ place: _, ...violation }) => violation,
  );
  const [first] = violations;
  throw new ConfigurationError(violations.map(violationSentence).join("; "), { context: { ...first, violations } });
}
