import { GraphQLError, Kind } from "graphql";
import type { ScalarModule } from "../schema/schema-module.ts";

/** Moments. */
export const dateTimeScalar: ScalarModule = {
  sdl: `
    """A moment in UTC, such as 2026-02-01T12:30:00.000Z."""
    scalar ISO8601DateTime`,
  scalar: "ISO8601DateTime",
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError("a moment is no Date");
  },
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
};

function parse(value: unknown): Date {
  const date =
    typeof value === "string" && /^\d{4}-\d\d-\d\dT.+(?:Z|[+-]\d\d:\d\d)$/.test(value) ? new Date(value) : null;
  if (date !== null && !Number.isNaN(date.getTime())) return date;
  throw new GraphQLError("an ISO8601DateTime is a text such as 2026-02-01T12:30:00Z");
}
