/** Members that are other ones each time: of them only the type counts. */
const VARYING = /(?:^|_)(?:ids?|at|cursor|token|prefix|hash|timestamp|duration|seconds|ms)$|(?:Ids?|At|Cursor)$/;
const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;

/**
 * What an answer has otherwise than the one that a document shows: members, types, and values. Ids, times and secrets may be
 * others, and so may numbers within texts.
 */
export function differences(shown: unknown, real: unknown, at = "the answer"): string[] {
  if (Array.isArray(shown) && Array.isArray(real)) {
    if (shown.length !== real.length) return [`${at} has ${real.length} items, and ${shown.length} are shown`];
    return shown.flatMap((item, place) => differences(item, real[place], `${at}[${place}]`));
  }
  if (isObject(shown) && isObject(real)) {
    return [...new Set([...Object.keys(shown), ...Object.keys(real)])].flatMap((key) => {
      if (!(key in real)) return [`${at}.${key} is shown, and is not there`];
      if (!(key in shown)) return [`${at}.${key} is not shown, and is ${JSON.stringify(real[key])}`];
      if (VARYING.test(key) && isSameType(shown[key], real[key])) return [];
      return differences(shown[key], real[key], `${at}.${key}`);
    });
  }
  return normalize(shown) === normalize(real) ? [] : [`${at} is ${JSON.stringify(real)}, not ${JSON.stringify(shown)}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSameType(a: unknown, b: unknown): boolean {
  return typeof a === typeof b && (a === null) === (b === null) && Array.isArray(a) === Array.isArray(b);
}

function normalize(value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll(UUID, "#").replaceAll(/\d+/g, "#") : value;
}
