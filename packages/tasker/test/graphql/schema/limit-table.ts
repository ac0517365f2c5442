import { DEFAULT_LIMITS, type GraphqlLimits } from "../../../src/graphql/limits/limits.ts";

/** What each limit bounds, for documents. */
const BOUNDS: Readonly<Record<keyof GraphqlLimits, string>> = {
  maxTokens: "tokens of the document: names, punctuation, values",
  maxFields: "fields that the document names, in all its operations and fragments",
  maxAliases: "fields with an alias",
  maxFragments: "definitions of fragments; none may contain itself",
  maxDepth: "fields below one another",
  maxCost: "values of the answers, by the sizes of their pages, of all operations of a request together",
  maxRows: "rows that are read for the answers, of all operations of a request together",
  maxPageSize: "entries of a page, and ids of `nodes`",
  maxOffset: "entries that a list with an offset leaves out",
  maxBatch: "operations in one request",
};

/** The table of limits in docs/graphql.md. */
export function limitTable(): string {
  const names = Object.keys(BOUNDS) as (keyof GraphqlLimits)[];
  const rows = names.map((name) => `| \`${name}\` | ${DEFAULT_LIMITS[name].toLocaleString("en")} | ${BOUNDS[name]} |`);
  return ["| limit | default | at most so many |", "| --- | --- | --- |", ...rows].join("\n");
}
