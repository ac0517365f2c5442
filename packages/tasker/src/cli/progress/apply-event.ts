import type { TaskerEvent } from "../../events/event.ts";
import { metadataOf, stateEntered } from "./change-event.ts";
import type { StepProgress, TaskProgress } from "./task-progress.ts";
import { readTransitionFacts } from "./transition-facts.ts";

/** The task as it stands after an event. An event of another task or of an unknown step changes nothing. */
export function applyEvent(task: TaskProgress, event: TaskerEvent): TaskProgress {
  if (event.taskId !== task.taskId) return task;
  if (event.stepId === null) return { ...task, state: stateEntered(event) };
  const at = task.steps.findIndex(({ stepId }) => stepId === event.stepId);
  const step = task.steps[at];
  return step === undefined ? task : { ...task, steps: task.steps.with(at, moveStep(step, event)) };
}

function moveStep(step: StepProgress, event: TaskerEvent): StepProgress {
  const facts = readTransitionFacts(metadataOf(event));
  const state = stateEntered(event);
  if (state === "in_progress") {
    const attempts = facts.attempt ?? step.attempts + 1;
    return { ...step, state, attempts, startedAt: event.at, durationMs: null, nextAttemptAt: null };
  }
  const durationMs = facts.durationMs ?? (step.startedAt === null ? step.durationMs : event.at - step.startedAt);
  if (state === "complete") return { ...step, state, durationMs, error: null, nextAttemptAt: null };
  if (state === "error") {
    // An interrupted attempt is given back, so it does not count.
    const attempts = facts.interrupted && !facts.permanent ? Math.max(0, step.attempts - 1) : step.attempts;
    return { ...step, state, attempts, durationMs, error: facts.error, nextAttemptAt: facts.nextAttemptAt };
  }
  return { ...step, state, nextAttemptAt: null };
}
