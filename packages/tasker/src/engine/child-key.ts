import { keyedIdentity } from "./identity.ts";
import type { StepRun } from "./step-run.ts";

/**
 * The idempotency key of the task that a step's attempt submits: of the attempt and not of its number, which can be given
 * back. The attempt keeps its id from process to process while it waits.
 */
export function childKey(stepId: number, executionId: string): string {
  return `child of step ${stepId}, execution ${executionId}`;
}

/** The identity hash of the task that a step waits for; null if it does not wait for one. */
export function childKeyOf({ stepId, wait }: StepRun): string | null {
  if (wait?.facts.kind !== "task") return null;
  return keyedIdentity(wait.facts.namespace, wait.facts.name, childKey(stepId, wait.executionId)).hash;
}
