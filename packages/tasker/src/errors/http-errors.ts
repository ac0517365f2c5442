import { TaskerError, type TaskerErrorOptions } from "./tasker-error.ts";

/** What a request names is not there: a path, or something that it names and that no error of its own exists for. */
export class NotFoundError extends TaskerError {
  readonly code = "TASKER_NOT_FOUND";
}

/** The path is there, but not for this method; `context.allowed` has those for which it is. */
export class MethodNotAllowedError extends TaskerError {
  readonly code = "TASKER_METHOD_NOT_ALLOWED";
}

/** Something is not any more what it was when somebody decided to change it; `context` has `expected` and `value`. */
export class StaleVersionError extends TaskerError {
  readonly code = "TASKER_STALE_VERSION";
}

/** A body is in a form that is not read; `context.expected` names the one that is. */
export class UnsupportedMediaTypeError extends TaskerError {
  readonly code = "TASKER_UNSUPPORTED_MEDIA_TYPE";
}

/** A body is larger than a server takes; `context` has `limit`, in bytes. */
export class BodyTooLargeError extends TaskerError {
  readonly code = "TASKER_BODY_TOO_LARGE";
}

/** Somebody asks more often than a server answers; `context` has `retryAfterSeconds`. */
export class TooManyRequestsError extends TaskerError {
  readonly code = "TASKER_TOO_MANY_REQUESTS";
  /** Whole seconds after which it may be tried again. */
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message, { context: { retryAfterSeconds } });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A request took longer than a server works on one. What it was to do may have been done. */
export class RequestTimeoutError extends TaskerError {
  readonly code = "TASKER_REQUEST_TIMEOUT";
}

/** An action was refused because of the state that something is in; `context.reason` says by which rule. */
export class ActionRefusedError extends TaskerError {
  readonly code = "TASKER_ACTION_REFUSED";
}

/** One thing that is wrong with a request. */
export interface RequestViolation {
  /** Where: `body.context`, `query.limit`. */
  readonly path: string;
  /** What was found there, shortened; left out if nothing was. */
  readonly value?: unknown;
  readonly expected: string;
}

/** Parameters, query or body of a request are not what a route takes; `violations` lists everything that was found. */
export class MalformedRequestError extends TaskerError {
  readonly code = "TASKER_MALFORMED_REQUEST";
  readonly violations: readonly RequestViolation[];

  constructor(violations: readonly RequestViolation[], options: Pick<TaskerErrorOptions, "cause"> = {}) {
    const texts = violations.map(({ path, value, expected }) =>
      value === undefined
        ? `${path} is missing, expected ${expected}`
        : `${path} is ${show(value)}, expected ${expected}`,
    );
    super(texts.join("; "), { ...options, context: { violations } });
    this.violations = violations;
  }
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
