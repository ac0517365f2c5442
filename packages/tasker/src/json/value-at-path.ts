/**
 * What a path leads to within a JSON value: names of members and places in lists with dots between, such as
 * `orders.0.id`. Undefined if it leads nowhere; an empty path leads to the value itself.
 */
export function valueAtPath(value: unknown, path: string): unknown {
  if (path === "") return value;
  let found = value;
  for (const part of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, part)) return undefined;
    // A list has a length and nothing else that is no item of it.
    if (Array.isArray(found) && part === "length") return undefined;
    found = (found as Readonly<Record<string, unknown>>)[part];
  }
  return found;
}
