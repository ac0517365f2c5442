import { TaskerError } from "./tasker-error.ts";

/** No remote worker has this id: it never had, it has left, or its lease has ended. It is to register anew. */
export class WorkerNotFoundError extends TaskerError {
  readonly code = "TASKER_WORKER_NOT_FOUND";
}

/** No attempt with this id is, or was, this worker's; or its step is not offered any more. */
export class ExecutionNotFoundError extends TaskerError {
  readonly code = "TASKER_EXECUTION_NOT_FOUND";
}

/** Another call has started the attempt. */
export class ExecutionTakenError extends TaskerError {
  readonly code = "TASKER_EXECUTION_TAKEN";
}

/** Nobody waits for the outcome of the attempt any more; `context.reason` says why. It is kept, and changes nothing. */
export class ExecutionRevokedError extends TaskerError {
  readonly code = "TASKER_EXECUTION_REVOKED";
}

/** The attempt has ended otherwise than is reported now; `context.ended` says how. That stays. */
export class ExecutionEndedError extends TaskerError {
  readonly code = "TASKER_EXECUTION_ENDED";
}
