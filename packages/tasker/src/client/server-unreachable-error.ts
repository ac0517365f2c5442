import { TaskerError } from "../errors/index.ts";

/** A server does not answer: nobody listens at its address, or the connection was lost. `cause` is what `fetch` threw. */
export class ServerUnreachableError extends TaskerError {
  readonly code = "TASKER_SERVER_UNREACHABLE";

  /** The error of a request to `url` for which `fetch` threw. */
  static of(url: string, cause: unknown): ServerUnreachableError {
    const reason = reasonOf(cause);
    return new ServerUnreachableError(`the server at ${url} cannot be reached: ${reason}`, {
      context: { url, reason },
      cause,
    });
  }
}

/** What the system said: `fetch` itself says no more than that it failed. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!(inner instanceof Error)) return String(inner);
  const code = "code" in inner ? String(inner.code) : inner.name;
  return inner.message === "" ? code : inner.message;
}
