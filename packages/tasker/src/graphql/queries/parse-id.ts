import { InvalidRequestError } from "../../errors/index.ts";

/**
 * The id of a row, as GraphQL gives it.
 * @param field as the request names it
 * @throws InvalidRequestError for what is no id of a row
 */
export function parseId(field: string, value: string | number): number {
  const id = typeof value === "number" || /^[1-9]\d{0,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(id) && id > 0) return id;
  const expected = "the id of a row, a whole number of 1 or more";
  const shown = String(value).slice(0, 80);
  throw new InvalidRequestError(`${field} is ${shown}, expected ${expected}`, {
    context: { field, value: shown, expected },
  });
}
