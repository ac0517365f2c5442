/** How long the retries of one step wait, where it does not leave that to the engine's policy. */
export interface OwnDelay {
  /** First wait in seconds, 0 or more; null: 1 without exponential growth, and the engine's policy with it. */
  readonly retryDelay: number | null;
  /** Whether waits double from attempt to attempt. */
  readonly exponential: boolean;
  /** Share of the wait, 0 to 1, by which chance makes it longer or shorter. */
  readonly jitterFactor: number;
}

/** Exponents beyond this give waits that are longer than any policy's maximum. */
const LARGEST_EXPONENT = 40;

/**
 * Wait before the next attempt of a step with a backoff of its own:
 *
 *     planned = retryDelay * 2 ^ (attempt - 1), or retryDelay itself without exponential growth
 *     result  = planned * (1 + jitterFactor * (2 * random - 1))
 *
 * Not capped: whoever plans the retry caps every wait in the same way.
 * @param attempt attempts made so far, 1-based
 * @param random a number in [0, 1)
 * @returns seconds, 0 or more; null: the engine's policy decides
 */
export function ownDelaySeconds(attempt: number, delay: OwnDelay, random: number): number | null {
  const { retryDelay, exponential, jitterFactor } = delay;
  if (retryDelay === null && exponential) return null;
  const factor = exponential ? 2 ** Math.min(Math.max(attempt - 1, 0), LARGEST_EXPONENT) : 1;
  return Math.max(0, (retryDelay ?? 1) * factor * (1 + jitterFactor * (2 * random - 1)));
}
