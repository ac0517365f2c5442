import type { JsonObject } from "../json/json-value.ts";
import { interruptedStepChain } from "../states/composite-moves.ts";
import type { State } from "../states/state.ts";
import type { StepDefinition } from "../templates/definition.ts";
import { type Postponement, postponementFacts, postponementMetadata } from "./decide-postponement.ts";
import type { FailureFacts, Outcome } from "./outcome.ts";
import { chainRows, type StepMove, type Writer } from "./step-move.ts";
import { defaultResultsOf, type StepResolution } from "./step-resolution.ts";
import type { StepRun } from "./step-run.ts";
import { EMPTY_OBJECT, StoredJson } from "./stored-json.ts";
import type { RetryableFailure } from "./strategies/backoff-calculator.ts";

/** The rules that decide over a failed or interrupted attempt. */
export interface RetryRules {
  /** Whole milliseconds before the next attempt of a failed step; `random` is in [0, 1). */
  readonly retryDelayMs: (failure: RetryableFailure, random: number) => number;
  /** Interruptions after which a step fails for good. */
  readonly maxInterruptions: number;
}

/** What a commit writes for an outcome, and how the step stands after it. */
export interface StepDecision {
  readonly move: StepMove;
  /** `retry`: waits until `dueAt`. `open`: may start again at once. `failed`: no further attempt. */
  readonly next: "satisfied" | "retry" | "open" | "failed";
  /** Milliseconds since the epoch; null unless a retry waits. */
  readonly dueAt: number | null;
  /** Set if its failure is ignored. */
  readonly resolution: StepResolution | null;
}

/** The facts a decision is made from. `random` is in [0, 1). */
export interface DecisionInput {
  readonly step: StepRun;
  /** Its definition, which says what a failure for good means. */
  readonly definition: StepDefinition | undefined;
  readonly executionId: string;
  readonly outcome: Outcome;
  readonly nowMs: number;
  readonly random: number;
  readonly rules: RetryRules;
  readonly writer: Writer;
  /** Id of the span of the attempt, for the next one to be linked to. Default: none. */
  readonly spanId?: string | null;
}

const toSeconds = (ms: number) => Math.round(ms) / 1_000;

/** What becomes of a step whose attempt has ended: pure, so that every rule of retrying can be tested by itself. */
export function decideStep(input: DecisionInput): StepDecision {
  const { outcome } = input;
  if (outcome.kind === "success") return decideSuccess(input, outcome.results, outcome.durationMs);
  if (outcome.kind === "failure") return decideFailure(input, outcome.failure, outcome.durationMs);
  if (outcome.kind === "postponed") return decidePostponement(input, outcome);
  return decideInterruption(input, outcome.reason, outcome.isUnbegun === true);
}

function decideSuccess(input: DecisionInput, results: StoredJson, durationMs: number): StepDecision {
  const { step } = input;
  const metadata = { ...attemptFacts(input), execution_duration: toSeconds(durationMs) };
  return {
    move: {
      base: step.sortKey,
      rows: chainRows(step.sortKey, "in_progress", [{ to: "complete", metadata }]),
      attempts: step.attempts,
      backoffSeconds: null,
      results,
      retryable: null,
    },
    next: "satisfied",
    dueAt: null,
    resolution: null,
  };
}

function decideFailure(input: DecisionInput, failure: FailureFacts, durationMs: number): StepDecision {
  const { step, nowMs, random, rules } = input;
  const again = !failure.permanent && step.retryable && step.attempts < step.retryLimit;
  const delayMs = again
    ? rules.retryDelayMs(
        { ...failure, stepName: step.name, attempt: step.attempts, retryLimit: step.retryLimit },
        random,
      )
    : 0;
  const metadata: JsonObject = {
    ...attemptFacts(input),
    ...spanFacts(input),
    execution_duration: toSeconds(durationMs),
    error_message: failure.message,
    error_class: failure.errorClass,
    ...(failure.errorCode === null ? {} : { error_code: failure.errorCode }),
    retry_available: again,
    ...(again
      ? { backoff_seconds: toSeconds(delayMs), backoff_until: new Date(nowMs + delayMs).toISOString() }
      : { permanent: failure.permanent }),
  };
  const ended = again ? RETRIED : endFailed(input);
  return {
    move: {
      base: step.sortKey,
      rows: chainRows(step.sortKey, "in_progress", [{ to: "error", metadata }, ...ended.chain]),
      attempts: step.attempts,
      backoffSeconds: again ? Math.ceil(delayMs / 1_000) : null,
      results: ended.results ?? failedResults(step.results, failure),
      retryable: failure.permanent ? false : null,
    },
    next: ended.next,
    dueAt: again ? nowMs + delayMs : null,
    resolution: ended.resolution,
  };
}

/** What follows the `error` row of a failed attempt. */
interface FailureEnd extends Pick<StepDecision, "next" | "resolution"> {
  readonly chain: readonly { readonly to: State; readonly metadata: JsonObject }[];
  /** Stored in place of the error; null: the error is. */
  readonly results: StoredJson | null;
}

const RETRIED: FailureEnd = { next: "retry", resolution: null, chain: [], results: null };

/** The failure is for good: the step's policy says whether the steps after it go on all the same. */
function endFailed({ definition, writer }: DecisionInput): FailureEnd {
  if (definition?.onFailure !== "continue") return { ...RETRIED, next: "failed" };
  return {
    next: "satisfied",
    resolution: { kind: FAILURE_IGNORED.resolution, skippedWith: null },
    chain: [{ to: "resolved_manually", metadata: { ...writer, ...FAILURE_IGNORED } }],
    results: defaultResultsOf(definition),
  };
}

/** An earlier failure stays to be seen: it may be why the circuit is open. */
function decidePostponement(input: DecisionInput, postponement: Postponement): StepDecision {
  const { step, nowMs } = input;
  const waitMs = Math.round(Math.max(0, postponement.retryAt - nowMs));
  const metadata = { ...attemptFacts(input), ...spanFacts(input), ...postponementMetadata(postponement, nowMs) };
  const isFirst = step.results.orEmpty.text === EMPTY_OBJECT.text;
  return {
    move: {
      base: step.sortKey,
      rows: chainRows(step.sortKey, "in_progress", [{ to: "error", metadata }]),
      attempts: step.attempts - 1,
      backoffSeconds: Math.ceil(waitMs / 1_000),
      results: isFirst ? failedResults(step.results, postponementFacts(postponement)) : null,
      retryable: null,
    },
    next: "retry",
    dueAt: nowMs + waitMs,
    resolution: null,
  };
}

function decideInterruption(input: DecisionInput, reason: string, isUnbegun: boolean): StepDecision {
  const { step, rules } = input;
  const interruptions = step.interruptions + (isUnbegun ? 0 : 1);
  const final = !isUnbegun && interruptions >= rules.maxInterruptions;
  const { writer, executionId } = input;
  const error = interruptionMetadata({ writer, executionId, attempt: step.attempts, interruptions, reason, final });
  const ended: FailureEnd = final ? endFailed(input) : { ...RETRIED, next: "open" };
  const states = final ? (["error"] as const) : interruptedStepChain().slice(1);
  const chain = states.map((to) => ({ to, metadata: to === "error" ? error : { ...input.writer, interruptions } }));
  const failed = final ? failedResults(step.results, interruptionFacts(reason, interruptions)) : null;
  return {
    move: {
      base: step.sortKey,
      rows: chainRows(step.sortKey, "in_progress", [...chain, ...ended.chain]),
      attempts: final ? step.attempts : step.attempts - 1,
      backoffSeconds: null,
      results: ended.results ?? failed,
      retryable: final ? false : null,
    },
    next: ended.next,
    dueAt: null,
    resolution: ended.resolution,
  };
}

/** Metadata of the row that resolves a step whose failure is ignored. */
export const FAILURE_IGNORED = { resolution: "failure_ignored", reason: "on_failure is continue" } as const;

/** Why an attempt whose process is gone was interrupted. */
export const LOST_PROCESS = "the process that ran the step is gone";

/** An attempt that was ended by something else than its handler. */
export interface Interruption {
  readonly writer: Writer;
  readonly executionId: string;
  readonly attempt: number;
  /** Including this one. */
  readonly interruptions: number;
  readonly reason: string;
  /** Whether the step is given up. */
  readonly final: boolean;
}

/** Metadata of the `error` row that ends an interrupted attempt. */
export function interruptionMetadata(interruption: Interruption): JsonObject {
  const { writer, executionId, attempt, interruptions, reason, final } = interruption;
  return {
    ...writer,
    execution_id: executionId,
    attempt_number: attempt,
    interrupted: true,
    interruptions,
    error_message: reason,
    error_code: "TASKER_STEP_INTERRUPTED",
    retry_available: !final,
    ...(final ? { permanent: true } : {}),
  };
}

function interruptionFacts(reason: string, interruptions: number): FailureFacts {
  return {
    message: `${reason}; interrupted ${interruptions} times, given up`,
    errorClass: "StepInterruptedError",
    backtrace: "",
    errorCode: "TASKER_STEP_INTERRUPTED",
    details: null,
    permanent: true,
    isOutage: false,
    retryAfterSeconds: null,
  };
}

function attemptFacts({ writer, executionId, step }: DecisionInput): JsonObject {
  const interruptions: JsonObject = step.interruptions === 0 ? {} : { interruptions: step.interruptions };
  return { ...writer, execution_id: executionId, attempt_number: step.attempts, ...interruptions };
}

const spanFacts = ({ spanId = null }: DecisionInput): JsonObject => (spanId === null ? {} : { span_id: spanId });

/** The reference keeps an error in the step's results, merged over what is there. */
function failedResults({ orEmpty: before }: StoredJson, failure: FailureFacts): StoredJson {
  const kept = before.text === EMPTY_OBJECT.text ? {} : before.value;
  const base = typeof kept === "object" && kept !== null && !Array.isArray(kept) ? kept : {};
  return StoredJson.of({
    // Not the code or the details of an earlier failure: this one may have none.
    ...Object.fromEntries(Object.entries(base).filter(([key]) => key !== "error_code" && key !== "error_details")),
    error: failure.message,
    backtrace: failure.backtrace,
    error_class: failure.errorClass,
    ...(failure.errorCode === null ? {} : { error_code: failure.errorCode }),
    ...(failure.details === null ? {} : { error_details: failure.details.value }),
  });
}
