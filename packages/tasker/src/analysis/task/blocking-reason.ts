import type { AnalyzedStep } from "./analyzed-task.ts";
import type { StepStanding } from "./task-graph.ts";

/** Why a step does not run, in words. */
export function blockingReason({ state }: AnalyzedStep, standing: StepStanding): string {
  if (standing.isReady) return "Not blocked (ready for execution)";
  if (standing.isBlocked) return "Dependencies not satisfied";
  if (standing.isExhausted) return "Exhausted retries";
  if (standing.isInBackoff) return "In backoff period";
  if (state === "error") return "In error state";
  return state === "pending" ? "Unknown blocking condition" : `Invalid state: ${state}`;
}
