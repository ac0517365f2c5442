import type { JsonObject, JsonValue } from "../json/json-value.ts";
import { valueAtPath } from "../json/value-at-path.ts";

/**
 * Which end of an attempt an event tells of: `success`; `failure`, of any kind; `retryable`, a failure after which another
 * attempt comes; `permanent`, a failure after which none does; `always`, each of them. An attempt that is given back
 * (interrupted, or held up by an open circuit) has none.
 */
export const EVENT_CONDITIONS = ["success", "failure", "retryable", "permanent", "always"] as const;

/** One of {@link EVENT_CONDITIONS}. */
export type EventCondition = (typeof EVENT_CONDITIONS)[number];

/** Where the fields of a payload come from: names of fields to paths such as `results.total`. */
export type PayloadPaths = Readonly<Record<string, string>>;

/** An event that a step publishes besides those of the engine, as its definition has it. */
export interface CustomEventDefinition {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of the payload. Null: every object is accepted. */
  readonly payloadSchema: JsonObject | null;
  /** Null: the event is told if the handler publishes it, whatever the attempt comes to. */
  readonly condition: EventCondition | null;
  /** What the engine puts into the payload where it publishes the event itself. Null: the facts of the attempt. */
  readonly payload: PayloadPaths | null;
}

/** What paths of a payload may begin with. */
export const PAYLOAD_SOURCES = ["context", "inputs", "results", "error", "attempt"] as const;

/** Whether a path begins with one of {@link PAYLOAD_SOURCES}. */
export function isPayloadPath(path: string): boolean {
  return PAYLOAD_SOURCES.some((source) => path === source || path.startsWith(`${source}.`));
}

/** What of an attempt the paths of a payload lead into. */
export interface PayloadSource {
  readonly context: JsonObject;
  readonly inputs: JsonValue;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Undefined after a failure. */
  readonly results: unknown;
  /** Undefined after a success. */
  readonly error: { readonly message: string; readonly class: string; readonly code: string | null } | undefined;
}

/** The payload that the engine gives to an event: what the paths lead to; a field whose path leads nowhere is left out. */
export function payloadFrom(paths: PayloadPaths | null, source: PayloadSource): Record<string, unknown> {
  if (paths !== null) {
    return Object.fromEntries(
      Object.entries(paths).flatMap(([field, path]) => {
        const value = valueAtPath(source, path);
        return value === undefined ? [] : [[field, value]];
      }),
    );
  }
  const { attempt, error } = source;
  if (error === undefined) return { attempt_number: attempt };
  return { attempt_number: attempt, error_message: error.message, error_class: error.class, error_code: error.code };
}

/** Whether an event with this condition may tell of an attempt of which it is not known yet whether another one comes. */
export function conditionMayHold(condition: EventCondition, failed: boolean): boolean {
  return [true, false].some((triedAgain) => conditionHolds(condition, { failed, triedAgain }));
}

/** Whether an event with this condition tells of an attempt. */
export function conditionHolds(
  condition: EventCondition,
  attempt: { readonly failed: boolean; readonly triedAgain: boolean },
): boolean {
  switch (condition) {
    case "success":
      return !attempt.failed;
    case "failure":
      return attempt.failed;
    case "retryable":
      return attempt.failed && attempt.triedAgain;
    case "permanent":
      return attempt.failed && !attempt.triedAgain;
    case "always":
      return true;
  }
}
