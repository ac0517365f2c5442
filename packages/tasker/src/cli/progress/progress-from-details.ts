import type { StepDetails, TaskDetails } from "../../reading/task/task-details.ts";
import { layoutStepTree } from "../render/step-tree.ts";
import type { StepProgress, TaskProgress } from "./task-progress.ts";
import { readTransitionFacts } from "./transition-facts.ts";

/**
 * How a stored task stands.
 * @param since when somebody began to follow it, in milliseconds since the epoch
 */
export function progressFromDetails(details: TaskDetails, since: number): TaskProgress {
  const { task_id: taskId, name, namespace, version, state } = details;
  const steps = details.steps.map(stepProgress);
  return { taskId, name, namespace, version, state, since, steps, tree: layoutStepTree(steps) };
}

function stepProgress(step: StepDetails): StepProgress {
  const facts = readTransitionFacts(step.metadata);
  const failed = step.state === "error";
  return {
    stepId: step.step_id,
    name: step.name,
    dependsOn: step.depends_on,
    state: step.state,
    attempts: step.attempts,
    retryLimit: step.retry_limit,
    startedAt: step.state === "in_progress" ? (step.changed_at?.getTime() ?? null) : null,
    durationMs: facts.durationMs,
    error: failed ? (facts.error ?? storedError(step.results)) : null,
    nextAttemptAt: failed ? facts.nextAttemptAt : null,
  };
}

/** Where the reference engine keeps a step's failure. */
function storedError(results: unknown): string | null {
  if (typeof results !== "object" || results === null || !("error" in results)) return null;
  return typeof results.error === "string" ? results.error : null;
}
