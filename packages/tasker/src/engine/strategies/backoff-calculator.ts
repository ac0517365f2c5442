import { type BackoffConfig, backoffConfig, backoffPolicy } from "../../config/backoff-config.ts";
import { type BackoffPolicy, backoffSeconds } from "../../retry/backoff.ts";
import { retryDelayMs } from "../../retry/retry-delay.ts";

/** A failed attempt of a step that will be tried again. */
export interface RetryableFailure {
  readonly stepName: string;
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number;
  readonly retryLimit: number;
  readonly message: string;
  /** Name of the error's class. */
  readonly errorClass: string;
  readonly errorCode: string | null;
  /** Seconds that the handler asked to wait; null if it did not. */
  readonly retryAfterSeconds: number | null;
}

/** Longest wait that can be stored, in seconds. */
export const LONGEST_WAIT_SECONDS = 2 ** 31 - 1;

/**
 * Decides how long a failed step waits. Extend it and override {@link secondsBeforeRetry} for rules of your own, then give it
 * to the engine as `backoffCalculator`.
 */
export class BackoffCalculator {
  readonly #policy: BackoffPolicy;

  /** @param config the section `backoff`; default: its defaults */
  constructor(config: BackoffConfig = backoffConfig()) {
    this.#policy = backoffPolicy(config);
  }

  /**
   * Seconds before the next attempt, 0 to 2,147,483,647, fractions allowed. Here: what the handler asked for, otherwise the
   * backoff; `max_backoff_seconds` at most. What another rule answers is not capped.
   * @param random a number in [0, 1)
   */
  secondsBeforeRetry({ attempt, retryAfterSeconds }: RetryableFailure, random: number): number {
    return retryDelayMs({ attempt, retryAfterSeconds, policy: this.#policy, random }) / 1_000;
  }

  /**
   * The backoff after so many attempts in seconds, whatever a handler asks for.
   * @param random a number in [0, 1)
   */
  calculateBackoffSeconds(attempt: number, random: number): number {
    return backoffSeconds(attempt, this.#policy, random);
  }
}
