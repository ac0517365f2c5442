export {
  AuthenticationError,
  type AuthenticationReason,
  AuthorizationError,
  TokenNotFoundError,
} from "./auth-errors.ts";
export { ConfigurationError } from "./configuration-error.ts";
export {
  ArchiveError,
  DatabaseInUseError,
  DatabaseStatementError,
  DatabaseUnavailableError,
  MigrationError,
  OutcomeUnknownError,
  UnsafeIntegerError,
} from "./database-errors.ts";
export { InvalidDeclarationError, WebhookError } from "./declaration-errors.ts";
export {
  DeadLetterNotFoundError,
  DeliveryTimeoutError,
  EventNotFoundError,
  SubscriberExistsError,
  SubscriberNotFoundError,
} from "./event-errors.ts";
export {
  CyclicGraphError,
  DuplicateStepError,
  InvalidTransitionError,
  UnknownDependencyError,
} from "./graph-errors.ts";
export {
  ActionRefusedError,
  BodyTooLargeError,
  MalformedRequestError,
  MethodNotAllowedError,
  NotFoundError,
  RequestTimeoutError,
  type RequestViolation,
  StaleVersionError,
  TooManyRequestsError,
  UnsupportedMediaTypeError,
} from "./http-errors.ts";
export {
  InvalidRecordError,
  RecordConflictError,
  RecordInUseError,
  RecordNotFoundError,
  type RecordViolation,
} from "./record-errors.ts";
export {
  HandlerConflictError,
  HandlerNotFoundError,
  IdempotencyKeyReusedError,
  InvalidContextError,
  InvalidInterfaceError,
  InvalidRequestError,
  NotRunningError,
  QueryLimitError,
  RegistryConflictError,
  SignalRefusedError,
  StepNotFoundError,
  TaskNotFoundError,
  UnencodableValueError,
  ValueTooLargeError,
} from "./request-errors.ts";
export { SecretReferenceError, UnreadableValueError } from "./secret-errors.ts";
export {
  CircuitOpenError,
  FanOutError,
  InvalidEventPayloadError,
  PermanentError,
  type PermanentErrorOptions,
  ProceduralError,
  RetryableError,
  type RetryableErrorOptions,
  type StepErrorOptions,
  StepInterruptedError,
  StepTimeoutError,
  UndeclaredEventError,
} from "./step-errors.ts";
export { type ErrorContext, TaskerError, type TaskerErrorOptions } from "./tasker-error.ts";
export { ExportError } from "./telemetry-errors.ts";
export { DiscoveryError, InvalidTemplateError, type TemplateIssue } from "./template-errors.ts";
export {
  ExecutionEndedError,
  ExecutionNotFoundError,
  ExecutionRevokedError,
  ExecutionTakenError,
  WorkerNotFoundError,
} from "./worker-errors.ts";
