import type { JsonObject } from "../json/json-value.ts";
import type { StepDefinition } from "../templates/definition.ts";
import type { Closing } from "./decide-closing.ts";
import { FAILURE_IGNORED } from "./decide-step.ts";
import { defaultResultsOf } from "./step-resolution.ts";
import { mayStart, type StepRun } from "./step-run.ts";

/** What a step is judged by when all of its parents are satisfied. */
export interface ReadyFacts {
  readonly step: Pick<StepRun, "skippable" | "state" | "attempts" | "retryLimit" | "retryable" | "outside">;
  readonly definition: StepDefinition | undefined;
  /** Whether the task's request names the step in `bypass_steps`. */
  readonly isBypassed: boolean;
  /** The step that was skipped together with all that depend on it, if this one does; or null. */
  readonly skippedWith: string | null;
  /** Asks the step's condition; null if it has none. May throw anything. */
  readonly holds: (() => boolean) | null;
}

/** What becomes of a step whose parents are satisfied. */
export type ReadyDecision =
  /** It starts, if an attempt is left. */
  | { readonly kind: "start" }
  /** It starts and fails at once, because its condition threw. */
  | { readonly kind: "fail"; readonly error: unknown }
  | { readonly kind: "close"; readonly closing: Closing };

const START: ReadyDecision = { kind: "start" };

/**
 * Decides over a step whose parents are satisfied. A step that is skipped with another one is so whatever else holds; one
 * that is bypassed is not asked; the condition is asked before each attempt.
 */
export function decideReady({ step, definition, isBypassed, skippedWith, holds }: ReadyFacts): ReadyDecision {
  const resolve = (facts: JsonObject): ReadyDecision => {
    return { kind: "close", closing: { to: "resolved_manually", facts, results: defaultResultsOf(definition) } };
  };
  if (skippedWith !== null) {
    const reason = `depends on ${skippedWith}, which was skipped with its dependants`;
    return resolve({ resolution: "skipped", reason, skipped_with: skippedWith });
  }
  // Names of steps that are not skippable are refused at submit; a Rails process may have stored any.
  if (isBypassed && step.skippable) return resolve({ resolution: "bypassed", reason: "named in bypass_steps" });
  if (!mayStart(step)) {
    // Failed for good under another process, which did not know the policy.
    return step.state === "error" && definition?.onFailure === "continue" ? resolve(FAILURE_IGNORED) : START;
  }
  if (holds === null) return START;
  try {
    return holds() ? START : resolve({ resolution: "skipped", reason: "run_if does not hold" });
  } catch (error) {
    return { kind: "fail", error };
  }
}
