import { GraphQLError, parse, validate } from "graphql";
import { makeTaskerSchema } from "../../packages/tasker/src/graphql/schema/tasker-schema.ts";

const schema = makeTaskerSchema();

/** Says why a block is no operation that the GraphQL API takes, or null. */
export function judgeOperation(text: string): string | null {
  try {
    return validate(schema, parse(text))[0]?.message ?? null;
  } catch (error) {
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}
