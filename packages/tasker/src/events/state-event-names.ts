import type { JsonObject } from "../json/json-value.ts";
import { stepEvent, taskEvent } from "../states/transition-event.ts";
import type { STEP_PAYLOADS } from "./step-payload.ts";
import type { TASK_PAYLOADS } from "./task-payload.ts";
import type { TransitionFacts } from "./transition-facts.ts";

/** Names of the events that tell of tasks' transitions. */
export type TaskStateEventName = keyof typeof TASK_PAYLOADS;
/** Names of the events that tell of steps' transitions. */
export type StepStateEventName = keyof typeof STEP_PAYLOADS;

const NONE: readonly never[] = [];

/**
 * Names of the events that tell of a task's row: that of the transition first, then what else it says. A first row to
 * `pending` is the creation, which the task's own row tells of.
 */
export function taskEventNames({ from, to, metadata }: TransitionFacts): readonly TaskStateEventName[] {
  const name = from === null && to === "pending" ? null : taskEvent(from, to);
  if (name === null) return NONE;
  return to === "error" && metadata.compensated !== undefined ? [name, "task.compensated"] : [name];
}

/**
 * Names of the events that tell of a step's row: that of the transition first, then what else it says. An attempt that was
 * interrupted or met an open circuit is given back: it is no failure of the step.
 */
export function stepEventNames({ from, to, metadata }: TransitionFacts): readonly StepStateEventName[] {
  const name = stepEvent(from, to);
  if (name === null) return NONE;
  if (to === "in_progress") return "waiting_for" in metadata ? [name, "step.wait_started"] : [name];
  if (to === "error") return failureNames(name, metadata);
  if (to === "resolved_manually") return resolutionNames(name, metadata);
  return [name];
}

function failureNames(name: StepStateEventName, metadata: JsonObject): readonly StepStateEventName[] {
  if (metadata.interrupted === true && metadata.permanent !== true) {
    return ["circuit_open" in metadata ? "step.postponed" : "step.interrupted"];
  }
  if (metadata.retry_available === true) return [name, "observability.step.backoff"];
  const isUsedUp = metadata.retry_available === false && metadata.permanent !== true;
  return isUsedUp ? [name, "observability.step.max_retries_reached"] : [name];
}

function resolutionNames(name: StepStateEventName, { resolution }: JsonObject): readonly StepStateEventName[] {
  if (resolution === "skipped") return [name, "step.skipped"];
  if (resolution === "bypassed") return [name, "step.bypassed"];
  return resolution === "failure_ignored" ? [name, "step.failure_ignored"] : [name];
}
