import { type DocumentNode, visit } from "graphql";
import { InvalidRequestError } from "../errors/index.ts";
import { unstorableParts } from "../json/unstorable-parts.ts";

/**
 * Checks that the database can hold, or compare with, every text of a request: those of its document and those of its variables.
 * @throws InvalidRequestError
 */
export function checkTexts(document: DocumentNode, variables: Readonly<Record<string, unknown>>): void {
  const texts: string[] = [];
  visit(document, { StringValue: ({ value }) => void texts.push(value) });
  const [violation] = [
    ...unstorableParts("variables", variables),
    ...texts.flatMap((text) => unstorableParts("query", text)),
  ];
  if (violation === undefined) return;
  const { path: field, value, expected } = violation;
  throw new InvalidRequestError(`${field} is ${JSON.stringify(value)}, expected ${expected}`, {
    context: { field, value, expected },
  });
}
