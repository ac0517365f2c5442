/** How long failed steps wait. Comes from validated configuration and is not checked again here. */
export interface BackoffPolicy {
  /** Seconds to wait after the first, second, ... attempt. */
  readonly progressionSeconds: readonly number[];
  /** Longest wait in seconds, whatever asks for it. */
  readonly maxSeconds: number;
  /** Power to which the number of attempts is raised beyond the progression. */
  readonly exponent: number;
  /** Share of the wait, 0 to 1, by which chance makes it longer or shorter. */
  readonly jitter: number;
}

/** The reference's defaults: 1, 2, 4, 8, 16, 32, then 49, 64, 81, ... seconds, 300 at most, 10 % more or less. */
export const DEFAULT_BACKOFF: BackoffPolicy = {
  progressionSeconds: [1, 2, 4, 8, 16, 32],
  maxSeconds: 300,
  exponent: 2.0,
  jitter: 0.1,
};

/**
 * Wait before the next attempt of a failed step:
 *
 *     planned = progression[attempt - 1], beyond the list floor(attempt ^ exponent)
 *     base    = min(planned, max)
 *     result  = min(base * (1 + jitter * (2 * random - 1)), max)
 *
 * The reference's formula (execution specification 2.10), with three differences. Its jitter is a whole number of
 * seconds, which leaves waits of up to 4 seconds without any; here it is continuous. Its jitter may exceed the maximum;
 * here the cap comes last. Its result is at least 1 second; here it is what the policy says.
 * @param attempt attempts made so far, 1-based; 0 or less gives 0, as in the reference
 * @param random a number in [0, 1)
 * @returns seconds in [0, policy.maxSeconds], possibly fractional
 * @throws RangeError `attempt` is not an integer
 */
export function backoffSeconds(attempt: number, policy: BackoffPolicy, random: number): number {
  if (!Number.isInteger(attempt)) throw new RangeError(`attempt is ${attempt}, expected an integer`);
  if (attempt <= 0) return 0;
  const planned = policy.progressionSeconds[attempt - 1] ?? Math.floor(attempt ** policy.exponent);
  // Capped before the jitter as well: otherwise steps that failed together and reached the cap would return together.
  const base = Math.min(planned, policy.maxSeconds);
  const jittered = base * (1 + policy.jitter * (2 * random - 1));
  return Math.min(Math.max(jittered, 0), policy.maxSeconds);
}
