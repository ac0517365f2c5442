import type { State } from "./state.ts";

/** Names of the events that tell of a task's transitions. */
export type TaskTransitionEvent =
  | "task.initialize_requested"
  | "task.start_requested"
  | "task.completed"
  | "task.failed"
  | "task.retry_requested"
  | "task.cancelled"
  | "task.resolved_manually";

/** Names of the events that tell of a step's transitions. */
export type StepTransitionEvent =
  | "step.initialize_requested"
  | "step.execution_requested"
  | "step.completed"
  | "step.failed"
  | "step.retry_requested"
  | "step.cancelled"
  | "step.resolved_manually";

/** Events by state left and state entered; `none` stands for a first row that has no state before it. */
export type TransitionEventMap<Name extends string> = Readonly<
  Partial<Record<State | "none", Readonly<Partial<Record<State, Name>>>>>
>;

/** Event of each transition of a task (`TASK_TRANSITION_EVENT_MAP` of the reference, execution specification 1.5). */
export const TASK_TRANSITION_EVENT_MAP: TransitionEventMap<TaskTransitionEvent> = {
  none: {
    pending: "task.initialize_requested",
    in_progress: "task.start_requested",
    complete: "task.completed",
    error: "task.failed",
    cancelled: "task.cancelled",
    resolved_manually: "task.resolved_manually",
  },
  pending: { in_progress: "task.start_requested", cancelled: "task.cancelled", error: "task.failed" },
  in_progress: {
    pending: "task.initialize_requested",
    complete: "task.completed",
    error: "task.failed",
    cancelled: "task.cancelled",
  },
  error: { pending: "task.retry_requested", resolved_manually: "task.resolved_manually" },
  complete: { cancelled: "task.cancelled" },
  resolved_manually: { cancelled: "task.cancelled" },
};

/** Event of each transition of a step (`TRANSITION_EVENT_MAP` of the reference, execution specification 1.5). */
export const STEP_TRANSITION_EVENT_MAP: TransitionEventMap<StepTransitionEvent> = {
  none: {
    pending: "step.initialize_requested",
    in_progress: "step.execution_requested",
    complete: "step.completed",
    error: "step.failed",
    cancelled: "step.cancelled",
    resolved_manually: "step.resolved_manually",
  },
  pending: {
    in_progress: "step.execution_requested",
    error: "step.failed",
    cancelled: "step.cancelled",
    resolved_manually: "step.resolved_manually",
  },
  in_progress: { complete: "step.completed", error: "step.failed", cancelled: "step.cancelled" },
  error: { pending: "step.retry_requested", resolved_manually: "step.resolved_manually" },
};

function findEvent<Name extends string>(map: TransitionEventMap<Name>, from: State | null, to: State): Name | null {
  return map[from ?? "none"]?.[to] ?? null;
}

/**
 * Name of the event that tells of a task's transition.
 * @param from null for a first row written without a state before it
 * @returns null if the machine has no such transition: nothing is published
 */
export function taskEvent(from: State | null, to: State): TaskTransitionEvent | null {
  return findEvent(TASK_TRANSITION_EVENT_MAP, from, to);
}

/**
 * Name of the event that tells of a step's transition.
 * @param from null for a first row written without a state before it
 * @returns null if the machine has no such transition: nothing is published
 */
export function stepEvent(from: State | null, to: State): StepTransitionEvent | null {
  return findEvent(STEP_TRANSITION_EVENT_MAP, from, to);
}
