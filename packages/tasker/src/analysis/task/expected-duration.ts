import type { DependencyGraphConfig } from "../../config/dependency-graph-config.ts";
import type { AnalyzedStep } from "./analyzed-task.ts";

/** The configured durations. */
type Durations = DependencyGraphConfig["duration_estimates"];

/** Seconds that one attempt of a step takes as a rule: as earlier ones did, or as configured. */
export function attemptSeconds({ history }: AnalyzedStep, durations: Durations, percentile: "p50" | "p95"): number {
  return history === null || history.samples === 0
    ? durations.base_step_seconds
    : history[percentile === "p50" ? "p50_seconds" : "p95_seconds"];
}

/** Seconds that a step takes with what its failures cost: what the scores of paths are made from. */
export function estimatedSeconds(step: AnalyzedStep, durations: Durations): number {
  return (
    attemptSeconds(step, durations, "p50") +
    (step.state === "error" ? durations.error_penalty_seconds : 0) +
    step.attempts * durations.retry_penalty_seconds
  );
}
