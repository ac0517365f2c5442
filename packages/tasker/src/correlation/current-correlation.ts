import { AsyncLocalStorage } from "node:async_hooks";

/** One for the program: whoever serves a request, the engine and whoever logs must mean the same. */
const current = new AsyncLocalStorage<string>();

/** The correlation id of what is being done: that of the handler's task, or that of {@link withCorrelationId}. Null: none. */
export function currentCorrelationId(): string | null {
  return current.getStore() ?? null;
}

/**
 * Calls a function, and everything that it starts, under a correlation id. What is submitted in it without an id of its own
 * gets that one.
 */
export function withCorrelationId<Result>(correlationId: string, work: () => Result): Result {
  return current.run(correlationId, work);
}
