import {
  type ApiRequestOptions,
  type ApiResponse,
  ApiStepHandler,
  PermanentError,
  RetryableError,
  type StepExecution,
  type StepSequence,
  type TaskView,
} from "tasker";
import { z } from "zod";

const PERMANENT_CODES: Readonly<Record<number, string>> = {
  400: "CLIENT_VALIDATION_ERROR",
  401: "AUTH_ERROR",
  403: "AUTH_ERROR",
  404: "RESOURCE_NOT_FOUND",
  422: "CLIENT_VALIDATION_ERROR",
};

/**
 * What the calls to the four services have in common: the correlation id goes with every request, refusals get the codes
 * of this workflow, and a service that is overloaded and names no time is left alone for {@link rateLimitSeconds}.
 */
export abstract class ServiceHandler extends ApiStepHandler {
  /** Wait after a 429 without Retry-After. */
  protected readonly rateLimitSeconds: number = 60;
  /** Milliseconds that the service has taken in this attempt. */
  protected responseTimeMs = 0;
  /** Codes that differ from those of the other steps, by status. */
  protected readonly codes: Readonly<Record<number, string>> = {};

  /** Sends a request in the name of the task's correlation id, and times it. Judges nothing but what all steps judge alike. */
  protected async send(
    task: TaskView,
    step: StepExecution,
    ...[method, path, options]: [method: "GET" | "POST" | "PATCH", path: string, options: ApiRequestOptions]
  ): Promise<ApiResponse> {
    const { clock } = step.resources;
    const start = clock.now();
    const headers = { "x-correlation-id": task.correlationId };
    const response = await this.connection.request(method, path, { ...options, headers });
    this.responseTimeMs += clock.now() - start;
    this.#refuse(response);
    return response;
  }

  #refuse({ status, headers, text }: ApiResponse): void {
    const errorCode = this.codes[status] ?? PERMANENT_CODES[status];
    if (errorCode !== undefined) {
      throw new PermanentError(`the service answered ${status}: ${text.slice(0, 200)}`, { errorCode });
    }
    if (status === 429 && headers["retry-after"] === undefined) {
      throw new RetryableError("the service is overloaded", { retryAfter: this.rateLimitSeconds });
    }
  }
}

/**
 * Reads what a service answered.
 * @throws PermanentError with code `MISSING_<FIELD>_IN_RESPONSE` if the field that the workflow needs is not there
 */
export function readAnswer<Shape extends z.ZodType>(
  response: ApiResponse,
  shape: Shape,
  field: string,
): z.output<Shape> {
  const parsed = shape.safeParse(response.body);
  if (parsed.success) return parsed.data;
  throw new PermanentError(`the service answered without ${field}: ${z.prettifyError(parsed.error)}`, {
    errorCode: `MISSING_${field.toUpperCase()}_IN_RESPONSE`,
  });
}

const Account = z.object({ user_id: z.string().min(1) });

/** The id of the account that the first step has created. @throws PermanentError with code `MISSING_USER_ID` */
export function userIdOf(sequence: StepSequence): string {
  const parsed = Account.safeParse(sequence.findStepByName("create_user_account")?.results);
  if (parsed.success) return parsed.data.user_id;
  throw new PermanentError("create_user_account left no user_id", { errorCode: "MISSING_USER_ID" });
}
