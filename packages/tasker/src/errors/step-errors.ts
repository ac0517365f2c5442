import type { JsonObject } from "../json/json-value.ts";
import { TaskerError, type TaskerErrorOptions } from "./tasker-error.ts";

/** A step or task cannot go on as asked: misuse of the engine, or a failure that a handler reports. */
export class ProceduralError extends TaskerError {
  readonly code: `TASKER_${string}` = "TASKER_PROCEDURAL";
}

/** What a handler may say of a failure besides its message. */
export interface StepErrorOptions extends TaskerErrorOptions {
  /** The handler's own code for the failure, such as `PAYMENT_DECLINED`. Stored with the step. */
  readonly errorCode?: string | null;
  /**
   * Facts for whoever looks at the step later: stored in its results under `error_details`, as far as they are JSON of at
   * most 32 KB. No secrets. Default: none.
   */
  readonly details?: JsonObject | null;
}

/** Options of {@link RetryableError}. */
export interface RetryableErrorOptions extends StepErrorOptions {
  /** Seconds to wait before the next attempt, 0 or more, fractions allowed. Default: exponential backoff decides. */
  readonly retryAfter?: number | null;
  /**
   * Whether a circuit breaker counts the failure. False says that the other side works and this call alone failed, or has to
   * wait. Default: true.
   */
  readonly countsAsOutage?: boolean;
}

/** Thrown by a handler when the same call may succeed later. Uses up one attempt. */
export class RetryableError extends ProceduralError {
  override readonly code = "TASKER_STEP_RETRYABLE";
  readonly retryAfter: number | null;
  readonly countsAsOutage: boolean;
  readonly errorCode: string | null;
  readonly details: JsonObject | null;

  constructor(message: string, options: RetryableErrorOptions = {}) {
    super(message, options);
    this.retryAfter = options.retryAfter ?? null;
    this.countsAsOutage = options.countsAsOutage ?? true;
    this.errorCode = options.errorCode ?? null;
    this.details = options.details ?? null;
  }
}

/** Options of {@link PermanentError}. */
export type PermanentErrorOptions = StepErrorOptions;

/** Thrown by a handler when no further attempt can succeed. The step is not tried again. */
export class PermanentError extends ProceduralError {
  override readonly code = "TASKER_STEP_PERMANENT";
  readonly errorCode: string | null;
  readonly details: JsonObject | null;

  constructor(message: string, options: PermanentErrorOptions = {}) {
    super(message, options);
    this.errorCode = options.errorCode ?? null;
    this.details = options.details ?? null;
  }
}

/** A handler published an event that nobody declares for its step. Nothing was published. Not retryable. */
export class UndeclaredEventError extends ProceduralError {
  override readonly code = "TASKER_UNDECLARED_EVENT";
}

/**
 * The payload of an event that a step publishes breaks its JSON Schema; `context` has `event` and `violations`, as of a context.
 * The event was not published. Not retryable.
 */
export class InvalidEventPayloadError extends ProceduralError {
  override readonly code = "TASKER_INVALID_EVENT_PAYLOAD";
}

/** A step that runs for each item of a list has no list, or one that is too long. Not retryable. */
export class FanOutError extends TaskerError {
  readonly code = "TASKER_FAN_OUT";
}

/** A handler did not return before the step's `timeout_seconds`. Retryable. */
export class StepTimeoutError extends TaskerError {
  readonly code = "TASKER_STEP_TIMEOUT";
}

/** The reason of the abort signal when the engine stops before a handler has returned. The attempt is given back. */
export class StepInterruptedError extends TaskerError {
  readonly code = "TASKER_STEP_INTERRUPTED";
}

/**
 * A circuit breaker lets nothing through. A step whose handler lets it through waits until `retryAt` and keeps its attempt.
 */
export class CircuitOpenError extends TaskerError {
  readonly code = "TASKER_CIRCUIT_OPEN";
  readonly circuit: string;
  /** When to ask again, milliseconds since the epoch. */
  readonly retryAt: number;

  constructor(circuit: { readonly namespace: string; readonly name: string }, retryAt: number) {
    const until = new Date(retryAt).toISOString();
    super(`the circuit ${circuit.name} is open: the next look is at ${until}`, {
      context: { ...circuit, retryAt: until },
    });
    this.circuit = circuit.name;
    this.retryAt = retryAt;
  }
}
