import { InvalidTransitionError } from "../errors/index.ts";
import type { State } from "./state.ts";

/** A state of a task. */
export type TaskState = State;

/**
 * The task machine: the states that may follow each state. `in_progress` to `complete` also needs `mayTaskComplete`. The
 * same table as the reference's (execution specification 1.2).
 */
export const TASK_TRANSITIONS: Readonly<Record<TaskState, readonly TaskState[]>> = {
  pending: ["in_progress", "error", "cancelled"],
  in_progress: ["pending", "complete", "error", "cancelled"],
  error: ["pending", "resolved_manually"],
  complete: ["cancelled"],
  cancelled: [],
  resolved_manually: ["cancelled"],
};

/** Whether a task may move from one state to another, guard apart. A state may never follow itself. */
export function canTaskMove(from: TaskState, to: TaskState): boolean {
  return TASK_TRANSITIONS[from].includes(to);
}

/**
 * Refuses a move that the task machine does not have.
 * @throws InvalidTransitionError with `entity`, `from` and `to` in its context
 */
export function assertTaskMove(from: TaskState, to: TaskState): void {
  if (canTaskMove(from, to)) return;
  const allowed = TASK_TRANSITIONS[from].join(", ") || "no further state";
  throw new InvalidTransitionError(`a task cannot move from '${from}' to '${to}', expected ${allowed}`, {
    context: { entity: "task", from, to },
  });
}
