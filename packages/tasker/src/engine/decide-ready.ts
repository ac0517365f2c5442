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
}

/** What becomes of a step whose parents are satisfied: null if its handler decides. */
export function decideReady({ step, definition, isBypassed }: ReadyFacts): Closing | null {
  const results = defaultResultsOf(definition);
  // Names of steps that are not skippable are refused at submit; a Rails process may have stored any.
  if (isBypassed && step.skippable) {
    return {
      to: "resolved_manually",
      facts: { resolution: "bypassed", reason: "named in bypass_steps" },
      results,
    };
  }
  // Failed for good under another process, which did not know the policy.
  if (step.state === "error" && !mayStart(step) && definition?.onFailure === "continue") {
    return { to: "resolved_manually", facts: FAILURE_IGNORED, results };
  }
  return null;
}
