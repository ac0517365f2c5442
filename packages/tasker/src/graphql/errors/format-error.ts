import { GraphQLError, type GraphQLFormattedError } from "graphql";
import type { Log } from "../../engine/options.ts";
import { AuthorizationError, DatabaseUnavailableError, RequestTimeoutError } from "../../errors/index.ts";
import { isUsersMistake } from "./is-users-mistake.ts";

/**
 * An error as clients see it: with a code in its extensions, the id of the request, and never with what went wrong inside.
 * @param log told of errors that are the server's
 */
export function formatError(error: unknown, requestId: string, log: Log): GraphQLFormattedError {
  if (!(error instanceof GraphQLError)) return formatError(asGraphqlError(error), requestId, log);
  const { code, message, facts } = judge(error, requestId, log);
  const { locations, path } = error.toJSON();
  return {
    message,
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: { ...facts, code, requestId },
  };
}

interface Judgement {
  readonly code: string;
  readonly message: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

function judge(error: GraphQLError, requestId: string, log: Log): Judgement {
  const { originalError: cause, message } = error;
  if (cause === undefined || cause instanceof GraphQLError) {
    return { code: String(error.extensions.code ?? "BAD_USER_INPUT"), message };
  }
  if (cause instanceof AuthorizationError) {
    return { code: "FORBIDDEN", message, facts: { resource: cause.context.resource, action: cause.context.action } };
  }
  // Hardly anybody reads it.
  if (cause.name === "AbortError" || cause instanceof RequestTimeoutError) {
    return { code: "SERVICE_UNAVAILABLE", message: "the request was ended before it was answered" };
  }
  if (isUsersMistake(cause)) return { code: cause.code, message, facts: factsOf(cause.context) };
  log.error({ err: cause, requestId }, "a GraphQL field failed");
  if (cause instanceof DatabaseUnavailableError) {
    return { code: "SERVICE_UNAVAILABLE", message: "the database cannot be reached at present" };
  }
  return {
    code: "INTERNAL_SERVER_ERROR",
    message: "something went wrong inside; the log has it under the id of the request",
  };
}

/** What of the facts of an error is told: what is wrong where, and how it should be. */
function factsOf(context: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = ["field", "value", "expected", "limit", "allowed", "fragment", "violations"];
  return Object.fromEntries(names.filter((name) => context[name] !== undefined).map((name) => [name, context[name]]));
}

function asGraphqlError(error: unknown): GraphQLError {
  const cause = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(cause.message, { originalError: cause });
}
