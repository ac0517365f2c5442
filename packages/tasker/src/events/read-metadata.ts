import type { JsonObject, JsonValue } from "../json/json-value.ts";

/** A member of a row's metadata that is a text; null if it is absent or something else, as other writers may have it. */
export function textIn(metadata: JsonObject, key: string): string | null {
  const value = metadata[key];
  return typeof value === "string" ? value : null;
}

/** A member that is a number, or null. */
export function numberIn(metadata: JsonObject, key: string): number | null {
  const value = metadata[key];
  return typeof value === "number" ? value : null;
}

/** A member that is a truth value, or null. */
export function flagIn(metadata: JsonObject, key: string): boolean | null {
  const value = metadata[key];
  return typeof value === "boolean" ? value : null;
}

/** The texts of a member that is a list; none if it is not. */
export function textsIn(metadata: JsonObject, key: string): readonly string[] {
  const value = metadata[key];
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}

/** A member that is an object, or an empty one. */
export function objectIn(metadata: JsonObject, key: string): JsonObject {
  const value = metadata[key];
  return typeof value === "object" && value !== null && !isList(value) ? value : {};
}

const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);
