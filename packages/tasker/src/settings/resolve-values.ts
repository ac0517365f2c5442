import { type JsonSchema, schemaAt, typesOf } from "../config/json-schema.ts";
import { memberOf, type Place, type PlacedViolation, placeText } from "../config/violation.ts";
import { SecretReferenceError } from "../errors/index.ts";
import { isReference, type LookUp, mayRefer, resolveText } from "../secrets/reference.ts";
import { isMapping } from "./merge-values.ts";
import { readValue } from "./sources/variables.ts";

/** Where references stay as they are, for whoever needs what they lead to: few do. */
const LEFT = ["engine.encryption_keys"];

/** Values with what their references lead to. */
export interface ResolvedValues {
  readonly values: Readonly<Record<string, unknown>>;
  /** References that lead to nothing, or are none. In the values such a text stays, and where none may be is nothing. */
  readonly missing: readonly PlacedViolation[];
}

/**
 * The values of a configuration with those that its references lead to. A text that is one reference becomes what its option
 * has: a number, a list of the words between commas.
 * @param schema of a whole configuration
 */
export function resolveValues(
  written: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  lookUp: LookUp,
): ResolvedValues {
  const missing: PlacedViolation[] = [];
  const resolve = (value: unknown, place: Place): unknown => {
    if (LEFT.includes(placeText(place))) return value;
    if (Array.isArray(value)) return value.map((item, at) => resolve(item, [...place, at]));
    if (isMapping(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member, [...place, key])]));
    }
    if (typeof value !== "string" || !mayRefer(value)) return value;
    const part = schemaAt(place.map(String), schema);
    const mayBeText = part === null || typesOf(part).length === 0 || typesOf(part).includes("string");
    try {
      const text = resolveText(value, lookUp, placeText(place));
      return !mayBeText && isReference(value) ? readValue(text, part) : text;
    } catch (error) {
      if (!(error instanceof SecretReferenceError)) throw error;
      const { expected, reason } = error.context;
      const wanted = typeof expected === "string" ? expected : `a reference that leads somewhere: ${reason}`;
      missing.push({ place, option: placeText(place), value, expected: wanted });
      return mayBeText ? value : undefined;
    }
  };
  return { values: Object(resolve(written, [])), missing };
}

/** The text with references that stands at a place, or above it; undefined if there is none. */
export function referringText(written: unknown, place: Place): string | undefined {
  let value = written;
  for (const key of place) {
    if (typeof value === "string") break;
    value = memberOf(value, key);
  }
  return typeof value === "string" && mayRefer(value) ? value : undefined;
}
