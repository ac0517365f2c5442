import { z } from "zod";
import type { JsonObject } from "../../json/json-value.ts";
import { ENVELOPE_MARK } from "../../secrets/envelope.ts";
import { EVENT_CONDITIONS } from "../../templates/custom-event.ts";
import { describeFailure } from "../describe-failure.ts";
import type { PublishedEvent } from "../execution.ts";
import type { Outcome } from "../outcome.ts";
import { readStored, storedText, type TaskSeal } from "../protection/task-seal.ts";
import { StoredJson } from "../stored-json.ts";
import type { OutsideEnd } from "./outside-attempt.ts";

/** Id of the span of the attempt. */
const spanId = z.string().optional();

const PublishedRecord = z.object({
  name: z.string(),
  payload: z.record(z.string(), z.unknown()),
  at: z.number(),
  conditions: z.array(z.enum(EVENT_CONDITIONS)).nullable(),
});

/** The column `outcome` of `tasker_step_executions`. The results of a success are in the column `results`. */
const OutcomeRecord = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("success"),
    duration_ms: z.number(),
    events: z.array(PublishedRecord).default([]),
  }),
  z.object({
    kind: z.literal("failure"),
    duration_ms: z.number(),
    events: z.array(PublishedRecord).default([]),
    message: z.string(),
    error_class: z.string(),
    backtrace: z.string(),
    error_code: z.string().nullable(),
    /** Undefined: none. */
    details: z.unknown().optional(),
    permanent: z.boolean(),
    is_outage: z.boolean(),
    retry_after_seconds: z.number().nullable(),
    span_id: spanId,
  }),
  z.object({
    kind: z.literal("postponed"),
    circuit: z.string(),
    message: z.string(),
    retry_at: z.number(),
    span_id: spanId,
  }),
  z.object({ kind: z.literal("interrupted"), reason: z.string(), is_unbegun: z.boolean().optional() }),
]);
type OutcomeRecord = z.infer<typeof OutcomeRecord>;

/** An outcome as it is stored: two JSON texts. */
export interface EncodedOutcome {
  readonly outcome: string;
  /** Null if it has no results. */
  readonly results: string | null;
}

/** Whose outcome it is. */
export interface OutcomePlace {
  /** Encrypts its results and the details of its error; null: nothing is encrypted. */
  readonly seal: TaskSeal | null;
  /** Name of the step. */
  readonly step: string;
}

/**
 * What of an execution is stored: what it came to and what its handler has published.
 * @param span id of its span, for the next attempt to be linked to if it failed; null if it has none
 */
export function encodeOutcome(
  outcome: Outcome,
  published: readonly PublishedEvent[],
  span: string | null,
  { seal, step }: OutcomePlace,
): EncodedOutcome {
  const results = outcome.kind === "success" ? storedText(outcome.results, seal, "results", step) : null;
  const failure = outcome.kind === "failure" ? outcome.failure : null;
  const details = failure?.details == null ? null : JSON.parse(storedText(failure.details, seal, "results", step));
  return {
    outcome: JSON.stringify({
      ...recordOf(outcome, published, span ?? undefined),
      ...(details === null ? {} : { details }),
    }),
    results,
  };
}

function recordOf(outcome: Outcome, published: readonly PublishedEvent[], span: string | undefined): OutcomeRecord {
  const events = published.map(({ name, payload, at, conditions }) => ({
    name,
    payload: payload.value as JsonObject,
    at,
    conditions: conditions === null ? null : [...conditions],
  }));
  switch (outcome.kind) {
    case "success":
      return { kind: "success", duration_ms: outcome.durationMs, events };
    case "failure": {
      const { failure, durationMs } = outcome;
      return {
        kind: "failure",
        duration_ms: durationMs,
        events,
        message: failure.message,
        error_class: failure.errorClass,
        backtrace: failure.backtrace,
        error_code: failure.errorCode,
        details: failure.details?.value,
        permanent: failure.permanent,
        is_outage: failure.isOutage,
        retry_after_seconds: failure.retryAfterSeconds,
        span_id: span,
      };
    }
    case "postponed": {
      const { circuit, message, retryAt } = outcome;
      return { kind: "postponed", circuit, message, retry_at: retryAt, span_id: span };
    }
    case "interrupted":
      return { kind: "interrupted", reason: outcome.reason, is_unbegun: outcome.isUnbegun };
  }
}

/** Reads what was stored of an execution. What cannot be read counts as an interruption. */
export function decodeOutcome(stored: unknown, results: string | null, place: OutcomePlace): OutsideEnd {
  const parsed = OutcomeRecord.safeParse(stored);
  const record = parsed.data ?? { kind: "interrupted" as const, reason: "what came of the attempt cannot be read" };
  const events = "events" in record ? record.events : [];
  const published = events.map(({ payload, ...event }) => ({ ...event, payload: StoredJson.of(payload) }));
  const span = "span_id" in record ? (record.span_id ?? null) : null;
  return { outcome: readableOutcome(record, results, place), published, spanId: span, isStored: true };
}

/** What cannot be decrypted here is a failure of the attempt. */
function readableOutcome(record: OutcomeRecord, results: string | null, place: OutcomePlace): Outcome {
  try {
    return outcomeOf(record, results, place);
  } catch (error) {
    const durationMs = "duration_ms" in record ? record.duration_ms : 0;
    return { kind: "failure", failure: describeFailure(error), durationMs };
  }
}

/** The text as it is, or what it holds. Most are not encrypted, and are not parsed to find that out. */
function openText(text: string, { seal, step }: OutcomePlace): StoredJson {
  if (!text.includes(`"${ENVELOPE_MARK}"`)) return new StoredJson(text);
  return new StoredJson(readStored(JSON.parse(text), seal, "results", step).text);
}

function outcomeOf(record: OutcomeRecord, results: string | null, place: OutcomePlace): Outcome {
  switch (record.kind) {
    case "success":
      return { kind: "success", results: openText(results ?? "null", place), durationMs: record.duration_ms };
    case "failure":
      return {
        kind: "failure",
        durationMs: record.duration_ms,
        failure: {
          message: record.message,
          errorClass: record.error_class,
          backtrace: record.backtrace,
          errorCode: record.error_code,
          details: record.details === undefined ? null : openText(JSON.stringify(record.details), place),
          permanent: record.permanent,
          isOutage: record.is_outage,
          retryAfterSeconds: record.retry_after_seconds,
        },
      };
    case "postponed":
      return { kind: "postponed", circuit: record.circuit, message: record.message, retryAt: record.retry_at };
    case "interrupted":
      return { kind: "interrupted", reason: record.reason, isUnbegun: record.is_unbegun === true };
  }
}
