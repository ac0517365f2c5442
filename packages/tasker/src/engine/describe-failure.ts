import {
  PermanentError,
  RetryableError,
  TaskerError,
  UnencodableValueError,
  ValueTooLargeError,
} from "../errors/index.ts";
import { truncateText } from "../json/bounded-text.ts";
import type { FailureFacts } from "./outcome.ts";

/** Largest stored message and backtrace, in bytes of UTF-8. */
const MESSAGE_BYTES = 4_096;
const BACKTRACE_BYTES = 8_192;
const NAME_BYTES = 256;

/** Reads a property of something thrown, which may be anything, getters that throw included. */
function read<T>(from: unknown, get: (error: Error) => T): T | undefined {
  try {
    return from instanceof Error ? get(from) : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(thrown: unknown): string {
  const message = read(thrown, (error) => error.message);
  if (typeof message === "string") return message;
  try {
    return String(thrown);
  } catch {
    return "a value that has no text";
  }
}

/**
 * What is stored of something that a handler threw. Never throws, whatever was thrown. A result that cannot be stored is
 * a permanent failure: the work was done, and doing it again would give the same.
 */
export function describeFailure(thrown: unknown): FailureFacts {
  const backtrace = read(thrown, (error) => error.stack) ?? "";
  const code = thrown instanceof PermanentError ? thrown.errorCode : thrown instanceof TaskerError ? thrown.code : null;
  const retryAfter = thrown instanceof RetryableError ? thrown.retryAfter : null;
  return {
    message: truncateText(messageOf(thrown), MESSAGE_BYTES),
    errorClass: truncateText(String(read(thrown, (error) => error.constructor.name) ?? typeof thrown), NAME_BYTES),
    backtrace: truncateText(String(backtrace), BACKTRACE_BYTES),
    errorCode: code === null ? null : truncateText(String(code), NAME_BYTES),
    permanent:
      thrown instanceof PermanentError ||
      thrown instanceof UnencodableValueError ||
      thrown instanceof ValueTooLargeError,
    retryAfterSeconds: typeof retryAfter === "number" && retryAfter >= 0 ? retryAfter : null,
  };
}
