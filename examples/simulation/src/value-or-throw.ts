import { PermanentError, RetryableError } from "tasker";
import type { Answer } from "./answer.ts";

/** Reasons that make another attempt pointless, with the codes they are reported under. */
export type PermanentReasons = Readonly<Record<string, string>>;

/** How a service's refusals are taken. */
export interface RefusalRules {
  /** For the message: what did not happen. */
  readonly what: string;
  readonly permanent: PermanentReasons;
  /** Seconds to wait after `rate_limited`. Default: the backoff decides. */
  readonly rateLimitSeconds?: number;
}

/**
 * What the service answered.
 * @throws PermanentError for the reasons that `permanent` names
 * @throws RetryableError for any other: a timeout, a lost connection, or what a service may answer one day
 */
export function valueOrThrow<Value>(answer: Answer<Value>, { what, permanent, rateLimitSeconds }: RefusalRules): Value {
  if (answer.ok) return answer.value;
  const { reason } = answer;
  const message = `${what}: ${answer.message}`;
  const errorCode = permanent[reason];
  if (errorCode !== undefined) throw new PermanentError(message, { errorCode, context: { reason } });
  throw new RetryableError(message, {
    retryAfter: reason === "rate_limited" ? (rateLimitSeconds ?? null) : null,
    context: { reason },
  });
}
