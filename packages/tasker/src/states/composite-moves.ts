import type { StepState } from "./step-state.ts";
import type { TaskState } from "./task-state.ts";

/**
 * What the two machines have no single move for, written as chains of moves that they do have. A chain starts with the
 * state that is left; each further state is one transition row; the last one is the state in which the entity stays.
 * All rows of a chain are written in one commit.
 */
const STEP_CHAINS = {
  interrupted: ["in_progress", "error", "pending"],
  retryStart: ["error", "pending", "in_progress"],
  cancelFailed: ["error", "pending", "cancelled"],
} as const satisfies Readonly<Record<string, readonly StepState[]>>;

/** As for steps, except that a task in progress may go back to pending at once. */
const TASK_CHAINS = {
  interrupted: ["in_progress", "pending"],
  retryStart: ["error", "pending", "in_progress"],
  cancelFailed: ["error", "pending", "cancelled"],
} as const satisfies Readonly<Record<string, readonly TaskState[]>>;

/** A running step is given back because its process died, lost its lease or shuts down: it waits again. */
export function interruptedStepChain(): readonly StepState[] {
  return STEP_CHAINS.interrupted;
}

/** A failed step whose retry is due starts again, in one commit. */
export function retryStartChain(): readonly StepState[] {
  return STEP_CHAINS.retryStart;
}

/** A failed step is cancelled, which it cannot be directly. */
export function cancelFailedChain(): readonly StepState[] {
  return STEP_CHAINS.cancelFailed;
}

/** A running task is given back: it waits again. */
export function interruptedTaskChain(): readonly TaskState[] {
  return TASK_CHAINS.interrupted;
}

/** A failed task is taken up again, in one commit. */
export function retryStartTaskChain(): readonly TaskState[] {
  return TASK_CHAINS.retryStart;
}

/** A failed task is cancelled, which it cannot be directly. */
export function cancelFailedTaskChain(): readonly TaskState[] {
  return TASK_CHAINS.cancelFailed;
}
