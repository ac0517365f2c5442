import type { Closing } from "./decide-closing.ts";
import type { StepRun } from "./step-run.ts";

/** What a step is judged by when all of its parents are satisfied. */
export interface ReadyFacts {
  readonly step: Pick<StepRun, "skippable">;
  /** Whether the task's request names the step in `bypass_steps`. */
  readonly isBypassed: boolean;
}

/** What becomes of a step whose parents are satisfied: null if it runs. */
export function decideReady({ step, isBypassed }: ReadyFacts): Closing | null {
  // Names of steps that are not skippable are refused at submit; a Rails process may have stored any.
  if (isBypassed && step.skippable) return skip("bypassed", "named in bypass_steps");
  return null;
}

function skip(resolution: string, reason: string): Closing {
  return { to: "resolved_manually", facts: { resolution, reason }, results: null };
}
