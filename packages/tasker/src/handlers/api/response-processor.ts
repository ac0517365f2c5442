import { PermanentError, type PermanentErrorOptions, RetryableError } from "../../errors/index.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { parseRetryAfter } from "../../retry/retry-after.ts";
import type { StepExecution } from "../execution.ts";
import type { ApiResponse } from "./api-response.ts";
import { Redaction } from "./redact.ts";
import { classifyStatus, type StatusRules } from "./status-classes.ts";

/** How responses are judged. */
export interface ResponseProcessorOptions {
  /** Statuses that count otherwise than by default. Default: none. */
  readonly statuses?: StatusRules;
  /** What is masked in what is kept of a failed call. Default: the usual headers. */
  readonly redaction?: Redaction;
}

/** The step that a response belongs to, as far as errors tell of it. */
export type ResponseStep = Pick<StepExecution, "stepId" | "name">;

/** Decides by the status of a response whether the call has succeeded, may succeed later, or never will. */
export class ResponseProcessor {
  readonly #statuses: StatusRules;
  readonly #redaction: Redaction;

  constructor({ statuses = {}, redaction = new Redaction() }: ResponseProcessorOptions = {}) {
    this.#statuses = statuses;
    this.#redaction = redaction;
  }

  /**
   * @param nowMs milliseconds since the epoch: dates in Retry-After are counted from it
   * @returns null for a success
   * @throws RetryableError for 429, 503 and passing errors of the server, with `retryAfter` if the server named a time
   * @throws PermanentError for everything else. Both have the code `HTTP_<status>` and tell of the response
   */
  process(step: ResponseStep, response: ApiResponse, nowMs: number = Date.now()): null {
    const kind = classifyStatus(response.status, this.#statuses);
    if (kind === "success") return null;
    const { status } = response;
    const excerpt = response.excerpt(this.#redaction);
    const retryAfter = parseRetryAfter(response.headers["retry-after"], nowMs);
    if (kind === "asked-to-wait") {
      const options = this.#describe(step, response, excerpt, retryAfter);
      // Asked too often: the other side works.
      const countsAsOutage = status !== 429;
      throw new RetryableError(`API call failed with retryable status ${status}`, {
        ...options,
        retryAfter,
        countsAsOutage,
      });
    }
    const told = excerpt === "" ? "" : `: ${excerpt}`;
    if (kind === "server-error") {
      const options = this.#describe(step, response, excerpt, retryAfter);
      throw new RetryableError(`API call failed with server error ${status}${told}`, { ...options, retryAfter });
    }
    const options = this.#describe(step, response, excerpt, null);
    throw new PermanentError(`API call failed with permanent status ${status}${told}`, options);
  }

  #describe(
    { stepId, name }: ResponseStep,
    { status, headers, request }: ApiResponse,
    excerpt: string,
    retryAfter: number | null,
  ): PermanentErrorOptions {
    const errorCode = `HTTP_${status}`;
    const responseHeaders = this.#redaction.headers(headers);
    const details: JsonObject = {
      response_status: status,
      response_headers: responseHeaders,
      response_body: excerpt,
      error_code: errorCode,
      ...(retryAfter === null ? {} : { retry_after: retryAfter }),
      error_context: { step_id: stepId, step_name: name, method: request.method, url: request.url },
    };
    const context = { stepId, stepName: name, status, response: excerpt, headers: responseHeaders };
    return { errorCode, details, context };
  }
}
