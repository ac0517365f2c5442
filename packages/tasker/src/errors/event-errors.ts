import { TaskerError } from "./tasker-error.ts";

/** A durable subscriber did not return before its `timeoutMs`. The attempt has failed. */
export class DeliveryTimeoutError extends TaskerError {
  readonly code = "TASKER_DELIVERY_TIMEOUT";
}

/** No durable subscriber has this name. */
export class SubscriberNotFoundError extends TaskerError {
  readonly code = "TASKER_SUBSCRIBER_NOT_FOUND";
}

/** A durable subscriber of this name exists already. */
export class SubscriberExistsError extends TaskerError {
  readonly code = "TASKER_SUBSCRIBER_EXISTS";
}

/** No dead letter has this id. */
export class DeadLetterNotFoundError extends TaskerError {
  readonly code = "TASKER_DEAD_LETTER_NOT_FOUND";
}

/** The event log has no event with this id. */
export class EventNotFoundError extends TaskerError {
  readonly code = "TASKER_EVENT_NOT_FOUND";
}
