import type { JsonValue } from "../../json/json-value.ts";

/** How one attempt ended. `running`: it has not; only the last attempt can be. `permanent`: failed for good. */
export type AttemptOutcome = "success" | "failure" | "permanent" | "running";

/** The history that a step is given: its attempts, what was done to it after them, and its settings. */
export interface StepSeed {
  /** Oldest first. Default: none. */
  readonly attempts?: readonly AttemptOutcome[];
  /** What somebody did to the step after its attempts. A failed step is cancelled by way of `pending`. Default: nothing. */
  readonly endedAs?: "cancelled" | "resolved_manually" | null;
  /** Default: the template's. */
  readonly retryable?: boolean;
  /** Default: the template's. */
  readonly retryLimit?: number;
  /** Seconds from the last failure to its retry. Default: the engine's backoff without jitter. */
  readonly backoffSeconds?: number;
  /** How many seconds ago the step's history began. Default: as short as its attempts allow. */
  readonly agoSeconds?: number;
  /** What it stored, if it succeeded. Default: `{ success: true }`. */
  readonly results?: JsonValue;
}

/** Names of prepared histories. */
export type StepTrait =
  | "pending"
  | "in_progress"
  | "complete"
  | "error"
  | "cancelled"
  | "resolved_manually"
  | "non_retryable"
  | "high_retry_limit"
  | "with_backoff"
  | "backoff_pending"
  | "retry_success"
  | "retry_exhausted"
  | "permanent_failure";

/** The name of a prepared history, or one with settings of its own. */
export type StepState = StepTrait | (StepSeed & { readonly trait?: StepTrait });

const TRAITS: Readonly<Record<Exclude<StepTrait, "retry_exhausted">, StepSeed>> = {
  pending: {},
  in_progress: { attempts: ["running"] },
  complete: { attempts: ["success"] },
  error: { attempts: ["failure"] },
  cancelled: { endedAs: "cancelled" },
  resolved_manually: { attempts: ["failure"], endedAs: "resolved_manually" },
  non_retryable: { retryable: false, retryLimit: 0 },
  high_retry_limit: { retryLimit: 10 },
  with_backoff: { attempts: ["failure"], backoffSeconds: 30, agoSeconds: 60 },
  backoff_pending: { attempts: ["failure"], backoffSeconds: 30 },
  retry_success: { attempts: ["failure", "success"] },
  permanent_failure: { attempts: ["permanent"] },
};

/**
 * The history that a state stands for. Settings that stand beside a trait win over it.
 *
 * - `error`: failed once; tried again if the template allows it
 * - `with_backoff`: failed a minute ago with a wait of 30 seconds: due
 * - `backoff_pending`: failed just now with a wait of 30 seconds
 * - `retry_success`: failed once, then succeeded
 * - `retry_exhausted`: failed as often as its limit allows
 * - `permanent_failure`: failed once, for good
 * - `non_retryable`: pending, with a limit of 0: it never runs
 * - `high_retry_limit`: pending, with a limit of 10
 * @param retryLimit the template's, for `retry_exhausted`
 */
export function stepSeed(state: StepState, retryLimit: number): StepSeed {
  const { trait = "pending", ...own } = typeof state === "string" ? { trait: state } : state;
  const limit = own.retryLimit ?? retryLimit;
  const base: StepSeed =
    trait === "retry_exhausted" ? { attempts: Array<AttemptOutcome>(limit).fill("failure") } : TRAITS[trait];
  return { ...base, ...own };
}
