import { InvalidTransitionError } from "../errors/index.ts";
import type { State } from "./state.ts";

/** A state of a step. */
export type StepState = State;

/**
 * The step machine: the states that may follow each state. `pending` to `in_progress` also needs `mayStepStart`. The
 * same table as the reference's (execution specification 1.2).
 */
export const STEP_TRANSITIONS: Readonly<Record<StepState, readonly StepState[]>> = {
  pending: ["in_progress", "error", "cancelled", "resolved_manually"],
  in_progress: ["complete", "error", "cancelled"],
  error: ["pending", "resolved_manually"],
  complete: [],
  cancelled: [],
  resolved_manually: [],
};

/** Whether a step may move from one state to another, guard apart. A state may never follow itself. */
export function canStepMove(from: StepState, to: StepState): boolean {
  return STEP_TRANSITIONS[from].includes(to);
}

/**
 * Refuses a move that the step machine does not have.
 * @throws InvalidTransitionError with `entity`, `from` and `to` in its context
 */
export function assertStepMove(from: StepState, to: StepState): void {
  if (canStepMove(from, to)) return;
  const allowed = STEP_TRANSITIONS[from].join(", ") || "no further state";
  throw new InvalidTransitionError(`a step cannot move from '${from}' to '${to}', expected ${allowed}`, {
    context: { entity: "step", from, to },
  });
}
