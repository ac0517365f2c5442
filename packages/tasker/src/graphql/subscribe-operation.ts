import { createSourceEventStream, type FormattedExecutionResult } from "graphql";
import { type Caller, GraphqlContext } from "./context.ts";
import { formatError } from "./errors/format-error.ts";
import { type Execution, executeOperation, formatResult, type Operation } from "./execute-operation.ts";

/** Answers of a subscription, one after the other. */
export type AnswerStream = AsyncIterableIterator<FormattedExecutionResult>;

/**
 * Opens a subscription.
 * @returns its answers, each executed for itself; one answer with errors if it is not opened
 */
export async function subscribeOperation(
  execution: Execution,
  operation: Operation,
  caller: Caller,
): Promise<AnswerStream | FormattedExecutionResult> {
  const { schema, parts, limits } = execution;
  const { document, variables, operationName } = operation;
  const contextValue = new GraphqlContext(parts, limits, caller);
  const source = await createSourceEventStream({
    schema,
    document,
    contextValue,
    variableValues: variables,
    operationName,
  });
  if (!(Symbol.asyncIterator in source)) return formatResult(source, caller, parts);
  const told = source[Symbol.asyncIterator]();
  let isOver = false;
  const answers: AnswerStream = {
    [Symbol.asyncIterator]: () => answers,
    next: async () => {
      try {
        const next = isOver ? { done: true, value: undefined } : await told.next();
        if (next.done === true) return { done: true, value: undefined };
        return { done: false, value: await executeOperation(execution, operation, caller, next.value) };
      } catch (error) {
        isOver = true;
        return { done: false, value: { errors: [formatError(error, caller.requestId, parts.log)] } };
      }
    },
    return: async () => {
      await told.return?.();
      return { done: true, value: undefined };
    },
  };
  return answers;
}
