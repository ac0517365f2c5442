import { ConfigurationError } from "../../errors/index.ts";

/** What one request may ask for at most, `maxCost` and `maxRows` with all its operations. */
export interface GraphqlLimits {
  /** Tokens of the document: names, punctuation, values. */
  readonly maxTokens: number;
  /** Fields that the document names, in all its operations and fragments. */
  readonly maxFields: number;
  /** Fields with an alias. */
  readonly maxAliases: number;
  /** Definitions of fragments. */
  readonly maxFragments: number;
  /** How deep fields are nested; a field of the operation has the depth 1. */
  readonly maxDepth: number;
  /** Values that the answers may have by the sizes of the pages that are asked for, see docs/graphql.md. */
  readonly maxCost: number;
  /** Rows of the database that are read for the answers. The request ends when there are more. */
  readonly maxRows: number;
  /** Entries of a page. */
  readonly maxPageSize: number;
  /** Entries that a list with an offset may leave out: what lies further on is reached by a connection. */
  readonly maxOffset: number;
  /** Operations in one HTTP request. */
  readonly maxBatch: number;
}

/** Limits where nothing else is said. */
export const DEFAULT_LIMITS: GraphqlLimits = Object.freeze({
  maxTokens: 5_000,
  maxFields: 1_000,
  maxAliases: 50,
  maxFragments: 50,
  maxDepth: 12,
  maxCost: 50_000,
  maxRows: 50_000,
  maxPageSize: 100,
  maxOffset: 10_000,
  maxBatch: 10,
});

/**
 * The limits that an option names, with defaults for the others.
 * @throws ConfigurationError if one is no whole number of 1 or more
 */
export function checkLimits(given: Partial<GraphqlLimits> = {}): GraphqlLimits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new ConfigurationError(`graphql.limits.${name} is no limit, expected one of ${namesOfLimits()}`, {
        context: { option: `graphql.limits.${name}`, value, expected: namesOfLimits() },
      });
    }
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) continue;
    throw new ConfigurationError(`graphql.limits.${name} is ${String(value)}, expected a whole number of 1 or more`, {
      context: { option: `graphql.limits.${name}`, value, expected: "a whole number of 1 or more" },
    });
  }
  return { ...DEFAULT_LIMITS, ...given };
}

function namesOfLimits(): string {
  return Object.keys(DEFAULT_LIMITS).join(", ");
}
