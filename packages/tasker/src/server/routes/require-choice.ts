import { MalformedRequestError } from "../../errors/index.ts";

/** Checks that what is to be done to everything was meant so. @throws MalformedRequestError for an empty filter without `all` */
export function requireChoice(filter: object, all: boolean): void {
  const isEmpty = Object.values(filter).every((value) => value === undefined);
  if (isEmpty === all) return;
  const expected = isEmpty ? "a condition at least, or `all`: true" : "no condition, because `all` is true";
  throw new MalformedRequestError([{ path: "body.filter", value: JSON.stringify(filter), expected }]);
}
