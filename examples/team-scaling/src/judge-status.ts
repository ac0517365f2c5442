import { PermanentError, RetryableError } from "tasker";

/** How the statuses of a service are taken. What is not named may be otherwise later, and is asked for again. */
export interface StatusRules {
  /** For the message: what the status is about. */
  readonly what: string;
  readonly pass: readonly string[];
  /** Statuses that no retry changes, with the codes they are reported under. */
  readonly permanent: Readonly<Record<string, string>>;
  /** Seconds to wait before a status is asked for again. Default: the backoff decides. */
  readonly retryAfter?: Readonly<Record<string, number>>;
}

/**
 * Judges what a service has answered.
 * @throws PermanentError for a status that `permanent` names
 * @throws RetryableError for any other that does not pass: pending, unavailable, or one that nobody knows
 */
export function judgeStatus(status: string, { what, pass, permanent, retryAfter = {} }: StatusRules): void {
  if (pass.includes(status)) return;
  const errorCode = permanent[status];
  if (errorCode !== undefined) throw new PermanentError(`${what}: ${status}`, { errorCode, context: { status } });
  throw new RetryableError(`${what}: ${status}`, { retryAfter: retryAfter[status] ?? null, context: { status } });
}
