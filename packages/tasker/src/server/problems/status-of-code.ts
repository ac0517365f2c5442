/** Statuses of the errors that a request can meet; every other one is the server's own affair: 500. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  TASKER_INVALID_REQUEST: 400,
  TASKER_AUTHENTICATION: 401,
  TASKER_FORBIDDEN: 403,
  TASKER_NOT_FOUND: 404,
  TASKER_TASK_NOT_FOUND: 404,
  TASKER_STEP_NOT_FOUND: 404,
  TASKER_RECORD_NOT_FOUND: 404,
  TASKER_TOKEN_NOT_FOUND: 404,
  TASKER_SUBSCRIBER_NOT_FOUND: 404,
  TASKER_DEAD_LETTER_NOT_FOUND: 404,
  TASKER_EVENT_NOT_FOUND: 404,
  TASKER_METHOD_NOT_ALLOWED: 405,
  TASKER_REQUEST_TIMEOUT: 503,
  TASKER_ACTION_REFUSED: 409,
  TASKER_HANDLER_CONFLICT: 409,
  TASKER_REGISTRY_CONFLICT: 409,
  TASKER_RECORD_CONFLICT: 409,
  TASKER_RECORD_IN_USE: 409,
  TASKER_SIGNAL_REFUSED: 409,
  TASKER_SUBSCRIBER_EXISTS: 409,
  TASKER_INVALID_TRANSITION: 409,
  TASKER_VALUE_TOO_LARGE: 413,
  TASKER_BODY_TOO_LARGE: 413,
  TASKER_UNSUPPORTED_MEDIA_TYPE: 415,
  TASKER_HANDLER_NOT_FOUND: 422,
  TASKER_INVALID_CONTEXT: 422,
  TASKER_UNENCODABLE_VALUE: 422,
  TASKER_INVALID_RECORD: 422,
  TASKER_INVALID_TEMPLATE: 422,
  TASKER_INVALID_DECLARATION: 422,
  TASKER_CYCLIC_GRAPH: 422,
  TASKER_DUPLICATE_STEP: 422,
  TASKER_UNKNOWN_DEPENDENCY: 422,
  TASKER_CONFIGURATION: 422,
  TASKER_TOO_MANY_REQUESTS: 429,
  TASKER_DATABASE_UNAVAILABLE: 503,
  TASKER_NOT_RUNNING: 503,
  TASKER_OUTCOME_UNKNOWN: 504,
};

/** The status that an error of this code is answered with. */
export function statusOfCode(code: string): number {
  return STATUS_OF_CODE[code] ?? 500;
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** What a status is called. */
export function titleOf(status: number): string {
  return TITLES[status] ?? "Internal Server Error";
}
