import { TaskerError } from "./tasker-error.ts";

/** A value given to Tasker is not what was expected; `context` names `field`, `value` and `expected`. */
export class InvalidRequestError extends TaskerError {
  readonly code = "TASKER_INVALID_REQUEST";
}

/** A task's context does not match the JSON Schema of its template; `context.violations` lists path and rule of each. */
export class InvalidContextError extends TaskerError {
  readonly code = "TASKER_INVALID_CONTEXT";
}

/** An idempotency key was used before for another request; `context` has the `taskId` of that one, and the `field` that differs. */
export class IdempotencyKeyReusedError extends TaskerError {
  readonly code = "TASKER_IDEMPOTENCY_KEY_REUSED";
}

/** A value cannot be stored as JSON: `context.path` names the place, `context.reason` the rule. */
export class UnencodableValueError extends TaskerError {
  readonly code = "TASKER_UNENCODABLE_VALUE";
}

/** A context or a result is larger than allowed; `context` has `bytes` and `limit`. */
export class ValueTooLargeError extends TaskerError {
  readonly code = "TASKER_VALUE_TOO_LARGE";
}

/** No template or handler is registered under the name asked for. */
export class HandlerNotFoundError extends TaskerError {
  readonly code = "TASKER_HANDLER_NOT_FOUND";
}

/** The same (namespace, name, version) is registered already and `replace` was not asked for. */
export class HandlerConflictError extends TaskerError {
  readonly code = "TASKER_HANDLER_CONFLICT";
}

/** Something given to a registry lacks a method by which it is called; `context.violations` lists all. */
export class InvalidInterfaceError extends TaskerError {
  readonly code = "TASKER_INVALID_INTERFACE";
}

/** An entry of a registry has this name already and `replace` was not asked for. */
export class RegistryConflictError extends TaskerError {
  readonly code = "TASKER_REGISTRY_CONFLICT";
}

/** No task with this id. */
export class TaskNotFoundError extends TaskerError {
  readonly code = "TASKER_TASK_NOT_FOUND";
}

/** The task has no step of this name or id; `context` has `taskId` and `value`. */
export class StepNotFoundError extends TaskerError {
  readonly code = "TASKER_STEP_NOT_FOUND";
}

/** A task takes no signal: it is over, or too many wait in it; `context` has `state` and `waiting`. */
export class SignalRefusedError extends TaskerError {
  readonly code = "TASKER_SIGNAL_REFUSED";
}

/** An engine or database was asked to work after it was stopped or before it was started. */
export class NotRunningError extends TaskerError {
  readonly code = "TASKER_NOT_RUNNING";
}

/** A request asks for more than one may; `context` has `limit`, and where they are known `value` and `allowed`. */
export class QueryLimitError extends TaskerError {
  readonly code = "TASKER_QUERY_LIMIT";
}
