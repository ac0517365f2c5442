import { isSatisfied } from "../../src/states/guards.ts";
import type { StoredStep, StoredTask } from "./stored-task.ts";

/**
 * What is wrong with how a task rests, whatever was done to it; null if nothing is. Nothing of one that has failed could go on,
 * and its state is what its steps make of it, or an operator.
 */
export function judgeRest(task: StoredTask): string | null {
  const steps = [...task.steps.values()];
  const wrong = steps.filter((step) => !mayRest(task, step)).map(({ name }) => name);
  const open = steps.filter(({ state }) => !isSatisfied(state));
  const isCancelled = open.every(({ state }) => state === "cancelled");
  const isRight = {
    complete: isCancelled && open.every(({ skippable }) => skippable),
    cancelled: isCancelled,
    error: !isCancelled,
    resolved_manually: true,
    pending: false,
    in_progress: false,
  }[task.state];
  if (isRight && wrong.length === 0) return null;
  const standing = steps.map(({ name, state, attempts }) => `${name} ${state} ${attempts}`).join(", ");
  return `task ${task.taskId} rests as ${task.state} with ${standing}; not to rest: ${wrong.join(", ")}`;
}

/** Whether the step stays as it is until somebody acts. */
function mayRest({ state: taskState, steps }: StoredTask, step: StoredStep): boolean {
  const { state, attempts, retryLimit, retryable, dependsOn } = step;
  if (state === "in_progress") return false;
  if (state !== "pending" && state !== "error") return true;
  // What an operator has ended stays as it was.
  if (taskState === "resolved_manually") return true;
  const parents = dependsOn.map((name) => steps.get(name)?.state ?? "pending");
  if (parents.includes("cancelled")) return false;
  const isSpent = attempts >= retryLimit || (!retryable && attempts > 0);
  return isSpent || !parents.every(isSatisfied);
}
