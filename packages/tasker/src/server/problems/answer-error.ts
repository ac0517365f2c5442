import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Problem } from "../../api/shapes/problem.ts";
import {
  AuthenticationError,
  MethodNotAllowedError,
  RequestTimeoutError,
  TooManyRequestsError,
} from "../../errors/index.ts";
import type { HttpEnv } from "../http/http-env.ts";
import type { ServerParts } from "../server-parts.ts";
import { problemOf } from "./problem-of.ts";
import { inReferenceTerms, referenceBody } from "./reference-error.ts";

/** Answers a request for which something threw an error: as a problem document, or as the reference does below its paths. */
export function answerError(
  thrown: Error,
  { req, var: { requestId } }: Context<HttpEnv>,
  { log }: Pick<ServerParts, "log">,
): Response {
  const error = thrown instanceof HTTPException ? ofFramework(thrown) : thrown;
  const isOurs = req.path.startsWith("/v1/");
  const problem = isOurs ? problemOf(error, requestId) : inReferenceTerms(problemOf(error, requestId));
  if (problem.status === 500) {
    log.error({ err: error, method: req.method, path: req.path, requestId }, "a request could not be answered");
  }
  const body = isOurs ? problem : referenceBody(problem);
  const type = isOurs ? "application/problem+json" : "application/json";
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: { "content-type": type, "cache-control": "no-store", ...headersOf(error, problem) },
  });
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

/** The one error that the framework throws by itself: the time of a request is over. */
function ofFramework(error: HTTPException): Error {
  return error.status === 504
    ? new RequestTimeoutError("the request took too long; what it was to do may have been done", { cause: error })
    : error;
}
