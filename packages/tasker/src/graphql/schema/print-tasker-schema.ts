import { lexicographicSortSchema, printSchema } from "graphql";
import { makeTaskerSchema } from "./tasker-schema.ts";

/** The schema of the API in the language of GraphQL schemas, as docs/schema.graphql has it. */
export function printTaskerSchema(): string {
  return `${printSchema(lexicographicSortSchema(makeTaskerSchema()))}\n`;
}
