import type { JsonValue } from "../json/json-value.ts";

/** Stands for what is not shown. */
export const REDACTED = "[redacted]";

/**
 * A JSON value with {@link REDACTED} in the place that a path leads to, and itself where it leads nowhere.
 * @param path keys; `*` is every member of a list or an object, `**` any number of levels
 */
export function maskPath(value: JsonValue, path: readonly string[]): JsonValue {
  const [first, ...rest] = path;
  if (first === undefined) return REDACTED;
  // `**` stands for no step as well as for any number of steps.
  const here = first === "**" ? maskPath(value, rest) : value;
  if (typeof here !== "object" || here === null) return here;
  const next = (key: string): readonly string[] | null => {
    if (first === "**") return path;
    return first === "*" || first === key ? rest : null;
  };
  const masked = (key: string, member: JsonValue) => {
    const onward = next(key);
    return onward === null ? member : maskPath(member, onward);
  };
  if (Array.isArray(here)) return here.map((member, index) => masked(String(index), member));
  return Object.fromEntries(Object.entries(here).map(([key, member]) => [key, masked(key, member)]));
}
