import { Problem } from "../api/shapes/problem.ts";
import { TaskerError } from "../errors/index.ts";

/** A server answered a request with an error; `problem` is what it said. */
export class RequestFailedError extends TaskerError {
  readonly code = "TASKER_REQUEST_FAILED";
  readonly status: number;
  /** Null: the answer was not one of a Tasker server, as of a proxy before it. */
  readonly problem: Problem | null;

  constructor(
    message: string,
    status: number,
    { problem = null, cause }: { readonly problem?: Problem | null; readonly cause?: unknown } = {},
  ) {
    super(message, { context: { status, code: problem?.code, requestId: problem?.request_id }, cause });
    this.status = status;
    this.problem = problem;
  }

  /** The error of a response. */
  static of({ status, headers }: Response, text: string): RequestFailedError {
    const isProblem = headers.get("content-type")?.startsWith("application/problem+json") === true;
    const parsed = isProblem ? Problem.safeParse(parse(text)) : null;
    if (parsed?.success === true) return new RequestFailedError(parsed.data.detail, status, { problem: parsed.data });
    const said = text.replaceAll(/\s+/g, " ").trim().slice(0, 100);
    return new RequestFailedError(
      `what answered ${status} is no server of Tasker${said === "" ? "" : `: ${said}`}`,
      status,
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
