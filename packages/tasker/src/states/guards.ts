import type { State } from "./state.ts";
import { SATISFIED_STATES } from "./state-sets.ts";

/** Whether a step in this state lets its children start and counts as done for its task: `complete`, `resolved_manually`. */
export function isSatisfied(state: State): boolean {
  return SATISFIED_STATES.includes(state);
}

/** True only if every state is one that satisfies; a state that is not known (null, undefined) does not. */
function areAllSatisfied(states: Iterable<State | null | undefined>): boolean {
  for (const state of states) {
    if (state === null || state === undefined || !isSatisfied(state)) return false;
  }
  return true;
}

/**
 * Guard T1, task to `complete`: every step of the task is satisfied. A task without steps passes.
 * @param stepStates current state of each step; null or undefined for one that is not known, which refuses
 */
export function mayTaskComplete(stepStates: Iterable<State | null | undefined>): boolean {
  return areAllSatisfied(stepStates);
}

/**
 * Guard S1, step to `in_progress`: every parent is satisfied. A step without parents passes. Fails closed, where the
 * reference lets a step start if its parents cannot be read: what `parentStates` throws is passed on.
 * @param parentStates current state of each parent; null or undefined for one that is not known, which refuses
 */
export function mayStepStart(parentStates: Iterable<State | null | undefined>): boolean {
  return areAllSatisfied(parentStates);
}
