import type { JsonObject } from "../json/json-value.ts";
import type { FailureFacts } from "./outcome.ts";

/** An attempt that met an open circuit. */
export interface Postponement {
  readonly circuit: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly retryAt: number;
}

/**
 * Metadata of the `error` row that postpones an attempt: as an interruption, since the attempt is given back, with the time
 * at which it comes again, as a retry has it.
 */
export function postponementMetadata({ circuit, message, retryAt }: Postponement, nowMs: number): JsonObject {
  return {
    interrupted: true,
    circuit_open: circuit,
    error_message: message,
    error_code: "TASKER_CIRCUIT_OPEN",
    retry_available: true,
    backoff_seconds: Math.round(Math.max(0, retryAt - nowMs)) / 1_000,
    backoff_until: new Date(Math.max(retryAt, nowMs)).toISOString(),
  };
}

/** What a step holds that has met an open circuit before it ever failed. */
export function postponementFacts({ message }: Postponement): FailureFacts {
  return {
    message,
    errorClass: "CircuitOpenError",
    backtrace: "",
    errorCode: "TASKER_CIRCUIT_OPEN",
    details: null,
    permanent: false,
    isOutage: false,
    retryAfterSeconds: null,
  };
}
