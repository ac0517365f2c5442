import type { z } from "zod";
import { hintAt } from "../text/nearest-name.ts";
import { shownValue } from "./options/shown-value.ts";

/** One thing that is wrong with a configuration. */
export interface Violation {
  /** Section and key, such as `execution.min_concurrent_steps` or `backoff.default_backoff_seconds[1]`. */
  readonly option: string;
  /** As messages may show it: `[secret]` for a secret. */
  readonly value: unknown;
  /** What would have been right. */
  readonly expected: string;
  readonly hint?: string;
}

/** What is expected in the place of a key that there is not. */
export const KNOWN_KEY = "a key that is known";

/** A place in a configuration: names of keys, and numbers of members of lists. */
export type Place = readonly PropertyKey[];

/** A violation, and the place of what is wrong. */
export interface PlacedViolation extends Violation {
  readonly place: Place;
}

/**
 * What a schema found wrong with a value. Every rule of the schema has as its message what was expected.
 * @param prefix the place of the value in the configuration
 */
export function violationsOf(error: Pick<z.ZodError, "issues">, value: unknown, prefix: Place): PlacedViolation[] {
  return error.issues.flatMap((issue) => describe(issue, value, prefix));
}

function describe(issue: z.core.$ZodIssue, value: unknown, prefix: Place): PlacedViolation[] {
  const found = issue.path.reduce<unknown>(memberOf, value);
  const place = [...prefix, ...issue.path];
  if (issue.code !== "unrecognized_keys") {
    const option = placeText(place);
    return [{ place, option, value: shownValue(option, found, true), expected: issue.message }];
  }
  const known = issue.message.split(", ");
  return issue.keys.map((key) => {
    const option = placeText([...place, key]);
    const value = shownValue(option, memberOf(found, key), false);
    return { place: [...place, key], option, value, expected: KNOWN_KEY, hint: hintAt(key, known, "keys") };
  });
}

/** One sentence: where, what is there, what would be right. */
export function violationSentence({ option, value, expected, hint }: Violation): string {
  return `${option} is ${show(value)}, expected ${expected}${hint === undefined ? "" : ` (${hint})`}`;
}

/** A place as it is written: `a.b[1].c`. */
export function placeText(place: Place): string {
  return place.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}${text === "" ? "" : "."}${String(key)}`),
    "",
  );
}

/** Member of a mapping or a list; undefined if there is none. */
export const memberOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

function show(value: unknown): string {
  if (value === undefined) return "missing";
  return typeof value === "string" || (typeof value === "object" && value !== null)
    ? JSON.stringify(value)
    : String(value);
}
