import { createSourceEventStream, type FormattedExecutionResult } from "graphql";
import type { AuthorizationCoordinator } from "../auth/authorization/coordinator.ts";
import { EventNotFoundError } from "../errors/index.ts";
import { type Caller, GraphqlContext } from "./context.ts";
import { formatError } from "./errors/format-error.ts";
import { type Execution, executeOperation, formatResult, type Operation } from "./execute-operation.ts";
import { EventStream } from "./subscriptions/event-stream.ts";

/** Answers of a subscription, one after the other. */
export interface AnswerStream extends AsyncIterableIterator<FormattedExecutionResult> {
  /** Where a client can go on that got the last answer; null: nowhere. */
  readonly position: string | null;
  /** Whether somebody who may do this now may still be told all of it. */
  stillMay(access: AuthorizationCoordinator): Promise<boolean>;
  /** Ends it after an error that says that its client may be told no more. */
  end(): void;
}

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
  if (!(source instanceof EventStream)) {
    if (Symbol.asyncIterator in source)
      throw new TypeError("a field of Subscription gave something else than its stream");
    return formatResult(source, caller, parts);
  }
  return new Answers(source, (told) => executeOperation(execution, operation, caller, told), {
    onError: (error) => ({ errors: [formatError(error, caller.requestId, parts.log)] }),
  });
}

class Answers implements AnswerStream {
  readonly #told: EventStream<unknown>;
  readonly #answer: (told: unknown) => Promise<FormattedExecutionResult>;
  readonly #onError: (error: unknown) => FormattedExecutionResult;
  #isOver = false;

  constructor(
    told: EventStream<unknown>,
    answer: (told: unknown) => Promise<FormattedExecutionResult>,
    { onError }: { readonly onError: (error: unknown) => FormattedExecutionResult },
  ) {
    this.#told = told;
    this.#answer = answer;
    this.#onError = onError;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get position(): string | null {
    return this.#told.position;
  }

  stillMay(access: AuthorizationCoordinator): Promise<boolean> {
    return this.#told.stillMay(access);
  }

  end(): void {
    this.#told.end();
  }

  async next(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    if (this.#isOver) return { done: true, value: undefined };
    try {
      const next = await this.#told.next();
      if (next.done === true) return { done: true, value: undefined };
      return { done: false, value: await this.#answer(next.value) };
    } catch (error) {
      // Whoever cannot go on where it was is told what happens from now on.
      this.#isOver = !(error instanceof EventNotFoundError);
      return { done: false, value: this.#onError(error) };
    }
  }

  async return(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    await this.#told.return();
    return { done: true, value: undefined };
  }
}
