import type { Problem, Violation } from "../../api/shapes/problem.ts";
import {
  ActionRefusedError,
  AuthenticationError,
  InvalidRecordError,
  MalformedRequestError,
  TaskerError,
} from "../../errors/index.ts";
import type { JsonValue } from "../../json/json-value.ts";
import { statusOfCode, titleOf } from "./status-of-code.ts";

/** Reasons for which somebody is known and yet refused. */
const REFUSED_REASONS = ["csrf", "origin"];

/** What a request is answered for which something threw an error. Of the server's own errors it tells the code alone. */
export function problemOf(error: unknown, requestId: string): Problem {
  const code = error instanceof TaskerError ? error.code : "TASKER_INTERNAL";
  const status = statusOf(error, code);
  const violations = violationsOf(error);
  return {
    type: `urn:tasker:error:${code}`,
    title: titleOf(status),
    status,
    detail: error instanceof TaskerError && status !== 500 ? error.message : "the server could not do this",
    code,
    request_id: requestId,
    ...(error instanceof ActionRefusedError ? { reason: String(error.context.reason) } : {}),
    ...(violations.length === 0 ? {} : { violations }),
  };
}

function statusOf(error: unknown, code: string): number {
  if (error instanceof AuthenticationError) {
    if (error.reason === "unavailable") return 503;
    if (error.reason === "throttled") return 429;
    if (REFUSED_REASONS.includes(error.reason)) return 403;
  }
  return statusOfCode(code);
}

function violationsOf(error: unknown): Violation[] {
  if (error instanceof MalformedRequestError) return [...error.violations];
  if (error instanceof InvalidRecordError) {
    return error.violations.map(({ field, value, rule }) => ({
      path: field,
      value: shownValue(value),
      expected: rule,
    }));
  }
  return [];
}

function shownValue(value: unknown): JsonValue {
  return typeof value === "number" || typeof value === "boolean" || value === null ? value : String(value);
}
