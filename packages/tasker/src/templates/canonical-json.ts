import type { JsonValue } from "../json/json-value.ts";

/** The value as JSON without spaces, with the keys of every object in the order of their UTF-16 code units. */
export function toCanonicalJson(value: JsonValue): string {
  return JSON.stringify(sortKeys(value));
}

function sortKeys(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (isArray(value)) return value.map(sortKeys);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

function isArray(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
