import type { CircuitOpenError } from "../../errors/index.ts";
import { encodeJson } from "../../json/encode.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { truncateText } from "../../text/bounded-text.ts";
import { postponedBy } from "../circuits/step-guard.ts";
import { describeFailure } from "../describe-failure.ts";
import type { Execution } from "../execution.ts";
import type { Outcome } from "../outcome.ts";
import { StoredJson } from "../stored-json.ts";

/** Largest texts of an error that are stored, in bytes of UTF-8: as of an error that a handler of an engine throws. */
const BOUNDS = { message: 4_096, errorClass: 256, backtrace: 8_192, errorCode: 256, details: 32_768 };

/** An event that a handler publishes with the end of its attempt. */
export interface ReportedEvent {
  readonly name: string;
  /** Default: an empty one. */
  readonly payload?: JsonObject | undefined;
}

/** What a handler failed with. */
export interface ReportedError {
  readonly message: string;
  /** Name of the error's class in the worker's language. Default: `Error`. */
  readonly errorClass?: string | undefined;
  readonly backtrace?: string | undefined;
  /** The handler's own code. */
  readonly errorCode?: string | undefined;
  /** Facts for whoever looks at the step later. */
  readonly details?: JsonObject | undefined;
}

/** What a worker tells of the end of an attempt. */
export type Report = {
  readonly executionId: string;
  /** How long the handler ran, in milliseconds. Default: the time since the attempt was started. */
  readonly durationMs?: number | undefined;
  /** Default: none. */
  readonly events?: readonly ReportedEvent[] | undefined;
} & (
  | { readonly kind: "complete"; readonly results: unknown }
  | {
      readonly kind: "fail";
      readonly error: ReportedError;
      /** Whether no further attempt can succeed. Default: false. */
      readonly permanent?: boolean | undefined;
      /** Seconds to wait before the next attempt. Default: backoff decides. */
      readonly retryAfterSeconds?: number | undefined;
    }
  | { readonly kind: "release"; readonly reason?: string | undefined }
);

/** What is written of an attempt that does not get to its worker, for its circuit does not let it through. */
export interface Postponement {
  readonly kind: "postpone";
  readonly executionId: string;
  readonly error: CircuitOpenError;
}

/**
 * What an attempt came to by what its worker tells. What cannot be stored, and events that cannot be published, make it a failure
 * for good, as those of a handler that an engine calls.
 */
export function outcomeOfReport(
  report: Report | Postponement,
  execution: Execution,
  maxValueBytes: number,
  elapsedMs: number,
): Outcome {
  if (report.kind === "postpone") return postponedBy(report.error);
  if (report.kind === "release") {
    const reason = truncateText(report.reason ?? "its worker gave it back", BOUNDS.message);
    return { kind: "interrupted", reason, isUnbegun: true };
  }
  const durationMs = report.durationMs ?? elapsedMs;
  try {
    for (const { name, payload } of report.events ?? []) execution.publishEvent(name, payload ?? {});
    if (report.kind === "fail") return failureOf(report, durationMs);
    const what = `results of step ${execution.name}`;
    const results = new StoredJson(encodeJson(report.results ?? null, { maxBytes: maxValueBytes, what }));
    return { kind: "success", results, durationMs };
  } catch (error) {
    return { kind: "failure", failure: describeFailure(error), durationMs };
  }
}

function failureOf(report: Report & { readonly kind: "fail" }, durationMs: number): Outcome {
  const { message, errorClass = "Error", backtrace = "", errorCode, details } = report.error;
  return {
    kind: "failure",
    durationMs,
    failure: {
      message: truncateText(message, BOUNDS.message),
      errorClass: truncateText(errorClass, BOUNDS.errorClass),
      backtrace: truncateText(backtrace, BOUNDS.backtrace),
      errorCode: errorCode === undefined ? null : truncateText(errorCode, BOUNDS.errorCode),
      details: detailsOf(details),
      permanent: report.permanent ?? false,
      isOutage: report.permanent !== true,
      retryAfterSeconds: report.retryAfterSeconds ?? null,
    },
  };
}

/** Details that cannot be stored are left out: they must not hide the failure. */
function detailsOf(details: JsonObject | undefined): StoredJson | null {
  if (details === undefined) return null;
  try {
    return new StoredJson(encodeJson(details, { maxBytes: BOUNDS.details, what: "details of an error" }));
  } catch {
    return null;
  }
}
