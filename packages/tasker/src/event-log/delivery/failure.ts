import { PermanentError, RetryableError, TaskerError } from "../../errors/index.ts";
import { backoffSeconds } from "../../retry/backoff.ts";
import { truncateText } from "../../text/bounded-text.ts";
import type { SubscriberSettings } from "./settings.ts";

const LONGEST_MESSAGE_BYTES = 4_000;

/** What a handler failed with, as it is kept. */
export interface DeliveryError {
  readonly class: string;
  readonly message: string;
  /** Code of a TaskerError or of an error of Node; null if it has none. */
  readonly code: string | null;
}

/** What follows from a failed attempt: the event is tried again at a time, or given up. */
export interface FailedAttempt {
  readonly error: DeliveryError;
  /** Attempts so far. */
  readonly attempts: number;
  /** Milliseconds since the epoch; null: given up. */
  readonly retryAtMs: number | null;
}

/** Decides about a failed attempt. An error that says that it is permanent is not tried again. */
export function judgeFailure(thrown: unknown, attempts: number, settings: SubscriberSettings): FailedAttempt {
  const { deadLetterAfter, backoff, clock, random } = settings;
  const error = describeError(thrown);
  if (thrown instanceof PermanentError || attempts >= deadLetterAfter) return { error, attempts, retryAtMs: null };
  const asked = thrown instanceof RetryableError ? thrown.retryAfter : null;
  const seconds = asked ?? backoffSeconds(attempts, backoff, random());
  return { error, attempts, retryAtMs: clock.now() + Math.ceil(seconds * 1_000) };
}

function describeError(thrown: unknown): DeliveryError {
  if (!(thrown instanceof Error)) {
    return { class: typeof thrown, message: truncateText(String(thrown), LONGEST_MESSAGE_BYTES), code: null };
  }
  const code = thrown instanceof TaskerError ? thrown.code : Reflect.get(thrown, "code");
  return {
    class: truncateText(thrown.name, 255),
    message: truncateText(thrown.message, LONGEST_MESSAGE_BYTES),
    code: typeof code === "string" ? truncateText(code, 255) : null,
  };
}
