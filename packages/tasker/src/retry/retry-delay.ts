import { type BackoffPolicy, backoffSeconds } from "./backoff.ts";

/** What decides how long a failed step waits. */
export interface RetryDelayInput {
  /** Attempts made so far, 1-based. */
  readonly attempt: number;
  /** Seconds that the handler or the remote system asked for; null or undefined if neither did. */
  readonly retryAfterSeconds: number | null | undefined;
  readonly policy: BackoffPolicy;
  /** A number in [0, 1). */
  readonly random: number;
}

/**
 * The one place that decides the delay before a retry. A delay that was asked for wins over backoff; both are capped at
 * `policy.maxSeconds`. A negative delay or one that is not a number counts as not asked for.
 * @returns whole milliseconds, rounded to the nearest
 * @throws RangeError `attempt` is not an integer
 */
export function retryDelayMs({ attempt, retryAfterSeconds, policy, random }: RetryDelayInput): number {
  const asked = retryAfterSeconds ?? -1;
  const seconds = asked >= 0 ? Math.min(asked, policy.maxSeconds) : backoffSeconds(attempt, policy, random);
  return Math.round(seconds * 1000);
}
