import type { Context } from "hono";
import type { Problem } from "../../api/shapes/problem.ts";
import { AuthenticationError, MethodNotAllowedError, TooManyRequestsError } from "../../errors/index.ts";
import { graphqlErrors, graphqlType } from "../graphql/graphql-errors.ts";
import type { HttpEnv } from "../http/http-env.ts";
import type { ServerParts } from "../server-parts.ts";
import { problemOf } from "./problem-of.ts";
import { inReferenceTerms, referenceBody } from "./reference-error.ts";

/**
 * Answers a request for which something threw an error: as a problem document, as errors of GraphQL, or as the reference does below its
 * paths.
 */
export function answerError(
  error: Error,
  { req, var: { requestId } }: Context<HttpEnv>,
  { log }: Pick<ServerParts, "log">,
): Response {
  const problem = problemOf(error, requestId);
  if (problem.status === 500) {
    log.error({ err: error, method: req.method, path: req.path, requestId }, "a request could not be answered");
  }
  const { status, type, body } = inTermsOf(req.path, problem, req.header("accept") ?? null);
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": type, "cache-control": "no-store", ...headersOf(error, problem) },
  });
}

/** A problem as clients of a path expect it. */
function inTermsOf(path: string, problem: Problem, accept: string | null) {
  const { status } = problem;
  if (path.startsWith("/v1/")) return { status, type: "application/problem+json", body: problem };
  if (path === "/graphql") return { status, type: graphqlType(accept), body: graphqlErrors(problem) };
  const told = inReferenceTerms(problem);
  return { status: told.status, type: "application/json", body: referenceBody(told) };
}

function headersOf(error: Error, { status }: Problem): Record<string, string> {
  if (error instanceof TooManyRequestsError) return { "retry-after": String(error.retryAfterSeconds) };
  if (error instanceof AuthenticationError && status === 429) {
    return { "retry-after": String(error.context.retryAfterSeconds ?? 60) };
  }
  if (error instanceof MethodNotAllowedError) return { allow: String(error.context.allowed) };
  if (error instanceof AuthenticationError && status === 401) {
    return { "www-authenticate": error.reason === "missing" ? "Bearer" : 'Bearer error="invalid_token"' };
  }
  return {};
}
