import {
  AuthenticationError,
  AuthorizationError,
  ConfigurationError,
  DatabaseUnavailableError,
  InvalidInterfaceError,
} from "../errors/index.ts";

/** What a request is answered that is not let in. */
export interface AuthRefusal {
  readonly status: 401 | 403 | 429 | 500 | 503;
  /** Stable: the code of the error. */
  readonly code: string;
  readonly body: { readonly error: string; readonly message: string };
  readonly headers: Readonly<Record<string, string>>;
}

/** Whether a request was not let in. */
export function isRefusal(answer: object): answer is AuthRefusal {
  return "status" in answer && "body" in answer;
}

/**
 * What a request is answered for which something threw an error. What went wrong inside is not for those outside.
 * @param warn told of errors that are the server's, not the request's
 */
export function refusalOf(error: unknown, warn: (message: string) => void): AuthRefusal {
  if (error instanceof AuthenticationError) return ofAuthentication(error);
  if (error instanceof AuthorizationError) return answer(403, error.code, "Forbidden", error.message);
  if (error instanceof DatabaseUnavailableError) {
    return answer(503, error.code, "Service Unavailable", "nobody can be authenticated at present");
  }
  warn(`a request was refused: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof ConfigurationError) {
    return answer(500, error.code, "Authentication Configuration Error", "the server is not set up rightly");
  }
  const code = error instanceof InvalidInterfaceError ? error.code : "TASKER_INVALID_INTERFACE";
  return answer(500, code, "Authentication Interface Error", "the server cannot authenticate this request");
}

function ofAuthentication({ code, reason, message, context }: AuthenticationError): AuthRefusal {
  if (reason === "unavailable") return answer(503, code, "Service Unavailable", message);
  if (reason === "csrf" || reason === "origin") return answer(403, code, "Forbidden", message);
  if (reason === "throttled") {
    const seconds = typeof context.retryAfterSeconds === "number" ? context.retryAfterSeconds : 60;
    return answer(429, code, "Too Many Requests", message, { "retry-after": String(seconds) });
  }
  const challenge = reason === "missing" ? "Bearer" : 'Bearer error="invalid_token"';
  return answer(401, code, "Unauthorized", message, { "www-authenticate": challenge });
}

function answer(
  status: AuthRefusal["status"],
  code: string,
  error: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): AuthRefusal {
  return { status, code, body: { error, message }, headers };
}
