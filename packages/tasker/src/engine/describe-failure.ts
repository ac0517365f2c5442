import {
  FanOutError,
  InvalidEventPayloadError,
  PermanentError,
  RetryableError,
  TaskerError,
  UndeclaredEventError,
  UnencodableValueError,
  UnreadableValueError,
  ValueTooLargeError,
} from "../errors/index.ts";
import { encodeJson } from "../json/encode.ts";
import { truncateText } from "../text/bounded-text.ts";
import type { FailureFacts } from "./outcome.ts";
import { StoredJson } from "./stored-json.ts";

/** Largest stored message and backtrace, in bytes of UTF-8. */
const MESSAGE_BYTES = 4_096;
const BACKTRACE_BYTES = 8_192;
const NAME_BYTES = 256;
const DETAILS_BYTES = 32_768;

/** Asks something of a value that was thrown, which may be anything, getters and traps that throw included. */
function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** A text of an error; null if it is no error or has no such text. */
function read(thrown: unknown, get: (error: Error) => unknown): string | null {
  const value = attempt(() => (thrown instanceof Error ? get(thrown) : null));
  return typeof value === "string" ? value : null;
}

function codeOf(thrown: unknown): string | null {
  if (thrown instanceof PermanentError) return thrown.errorCode === null ? null : String(thrown.errorCode);
  if (thrown instanceof RetryableError && thrown.errorCode !== null) return String(thrown.errorCode);
  return thrown instanceof TaskerError ? String(thrown.code) : null;
}

/** Details that cannot be stored are left out: they must not hide the failure. */
function detailsOf(thrown: unknown): StoredJson | null {
  const told = thrown instanceof RetryableError || thrown instanceof PermanentError ? thrown.details : null;
  if (told === null) return null;
  return new StoredJson(encodeJson(told, { maxBytes: DETAILS_BYTES, what: "details of an error" }));
}

function retryAfterOf(thrown: unknown): number | null {
  const seconds: unknown = thrown instanceof RetryableError ? thrown.retryAfter : null;
  return typeof seconds === "number" && seconds >= 0 ? seconds : null;
}

const isPermanent = (thrown: unknown) =>
  thrown instanceof PermanentError ||
  thrown instanceof UnencodableValueError ||
  thrown instanceof ValueTooLargeError ||
  thrown instanceof UndeclaredEventError ||
  thrown instanceof InvalidEventPayloadError ||
  thrown instanceof FanOutError ||
  (thrown instanceof UnreadableValueError && thrown.isDamaged);

const isOutage = (thrown: unknown) =>
  !isPermanent(thrown) && !(thrown instanceof RetryableError && thrown.countsAsOutage === false);

/**
 * What is stored of something that a handler threw. Never throws, whatever was thrown. A result that cannot be stored is
 * a permanent failure: the work was done, and doing it again would give the same.
 */
export function describeFailure(thrown: unknown): FailureFacts {
  const message = read(thrown, (error) => error.message) ?? attempt(() => String(thrown)) ?? "a value that has no text";
  const code = attempt(() => codeOf(thrown)) ?? null;
  return {
    message: truncateText(message, MESSAGE_BYTES),
    errorClass: truncateText(read(thrown, (error) => error.constructor.name) ?? typeof thrown, NAME_BYTES),
    backtrace: truncateText(read(thrown, (error) => error.stack) ?? "", BACKTRACE_BYTES),
    errorCode: code === null ? null : truncateText(code, NAME_BYTES),
    details: attempt(() => detailsOf(thrown)) ?? null,
    permanent: attempt(() => isPermanent(thrown)) ?? false,
    isOutage: attempt(() => isOutage(thrown)) ?? true,
    retryAfterSeconds: attempt(() => retryAfterOf(thrown)) ?? null,
  };
}
