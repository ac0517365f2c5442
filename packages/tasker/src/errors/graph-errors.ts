import { TaskerError } from "./tasker-error.ts";

/** The dependencies of the steps form a cycle; `context.members` names its steps in order. */
export class CyclicGraphError extends TaskerError {
  readonly code = "TASKER_CYCLIC_GRAPH";
}

/** A step depends on a step that does not exist; `context` has `step` and `dependency`. */
export class UnknownDependencyError extends TaskerError {
  readonly code = "TASKER_UNKNOWN_DEPENDENCY";
}

/** Two steps have one name; `context.step` is that name. */
export class DuplicateStepError extends TaskerError {
  readonly code = "TASKER_DUPLICATE_STEP";
}

/**
 * A task or step cannot move from its state to the one asked for; `context` has `entity`, `from` and `to`, and `unmet`
 * where the machine has the move and steps have to be complete before it.
 */
export class InvalidTransitionError extends TaskerError {
  readonly code = "TASKER_INVALID_TRANSITION";
}
