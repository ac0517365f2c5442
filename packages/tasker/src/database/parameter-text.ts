import { InvalidRequestError } from "../errors/index.ts";
import { encodeArray } from "./array-text.ts";
import { encodeTimestamp } from "./timestamp-text.ts";

/**
 * Writes a parameter as the text that PostgreSQL reads, the same for every driver: numbers and booleans as such, a
 * `Date` as a timestamp in UTC, an array as PostgreSQL's array text, a string as it is (JSON too: it is given as text).
 * @throws InvalidRequestError if the value is of a kind that has no text, such as an object
 */
export function encodeParameter(value: unknown): string | null {
  return Array.isArray(value) ? encodeArray(value.map(encodeElement)) : encodeScalar(value);
}

/** Numbers and booleans need no quotes in an array. */
function encodeElement(value: unknown): string | number | boolean | null {
  return typeof value === "number" || typeof value === "boolean" ? value : encodeScalar(value);
}

function encodeScalar(value: unknown): string | null {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    case "undefined":
      return null;
    default:
      if (value === null) return null;
      if (value instanceof Date) return encodeTimestamp(value);
      throw new InvalidRequestError(
        `A statement's parameter is ${Array.isArray(value) ? "an array inside an array" : `of type ${typeof value}`}; ` +
          "expected a string, number, boolean, Date, null, or an array of these (JSON is given as text)",
        { context: { field: "parameters", value, expected: "string, number, boolean, Date, null, or an array" } },
      );
  }
}
