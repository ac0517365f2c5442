import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  type GraphQLSchema,
} from "graphql";
import { type Caller, GraphqlContext } from "./context.ts";
import { formatError } from "./errors/format-error.ts";
import type { GraphqlLimits } from "./limits/limits.ts";
import type { QueryBudget } from "./limits/query-budget.ts";
import type { GraphqlParts } from "./parts.ts";

/** What every operation is executed with. */
export interface Execution {
  readonly schema: GraphQLSchema;
  readonly parts: GraphqlParts;
  readonly limits: GraphqlLimits;
}

/** An operation that was accepted, with the values of its variables as they were sent. */
export interface Operation {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName: string | null | undefined;
}

/**
 * Executes an operation with a context of its own: what is read for it is read for nothing else.
 * @param told of a subscription: what is told
 * @param budget of the request that it is part of; default: one of its own
 */
export async function executeOperation(
  { schema, parts, limits }: Execution,
  { document, variables, operationName }: Operation,
  caller: Caller,
  told?: unknown,
  budget?: QueryBudget,
): Promise<FormattedExecutionResult> {
  const contextValue = new GraphqlContext(parts, limits, caller, budget);
  const result = await execute({
    schema,
    document,
    contextValue,
    variableValues: variables,
    operationName,
    rootValue: told,
  });
  return formatResult(result, caller, parts);
}

/** An answer as clients see it. */
export function formatResult(
  { data, errors }: ExecutionResult,
  { requestId }: Caller,
  { log }: GraphqlParts,
): FormattedExecutionResult {
  const told = errors?.map((error) => formatError(error, requestId, log));
  return { ...(told === undefined ? {} : { errors: told }), ...(data === undefined ? {} : { data }) };
}
