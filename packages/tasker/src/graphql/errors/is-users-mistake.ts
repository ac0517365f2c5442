import {
  EventNotFoundError,
  HandlerNotFoundError,
  IdempotencyKeyReusedError,
  InvalidContextError,
  InvalidRecordError,
  InvalidRequestError,
  QueryLimitError,
  RecordConflictError,
  RecordNotFoundError,
  SignalRefusedError,
  StepNotFoundError,
  type TaskerError,
  TaskNotFoundError,
  UnencodableValueError,
  ValueTooLargeError,
} from "../../errors/index.ts";

const USERS_MISTAKES = [
  EventNotFoundError,
  HandlerNotFoundError,
  IdempotencyKeyReusedError,
  InvalidContextError,
  InvalidRecordError,
  InvalidRequestError,
  QueryLimitError,
  RecordConflictError,
  RecordNotFoundError,
  SignalRefusedError,
  StepNotFoundError,
  TaskNotFoundError,
  UnencodableValueError,
  ValueTooLargeError,
];

/** Whether whoever asked is to be told what is wrong, and can mend it. */
export function isUsersMistake(error: unknown): error is TaskerError {
  return USERS_MISTAKES.some((kind) => error instanceof kind);
}
