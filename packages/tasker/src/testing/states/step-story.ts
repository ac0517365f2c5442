import { decideStart } from "../../engine/decide-start.ts";
import { decideStep, type RetryRules } from "../../engine/decide-step.ts";
import type { Outcome } from "../../engine/outcome.ts";
import { chainRows, NO_ROW, type StepMove, type TransitionRow, type Writer } from "../../engine/step-move.ts";
import type { StepRun } from "../../engine/step-run.ts";
import { EMPTY_OBJECT, StoredJson } from "../../engine/stored-json.ts";
import { BackoffCalculator } from "../../engine/strategies/backoff-calculator.ts";
import { ConfigurationError } from "../../errors/index.ts";
import type { State } from "../../states/state.ts";
import type { StepDefinition } from "../../templates/definition.ts";
import type { AttemptOutcome, StepSeed } from "./step-seed.ts";

/** A transition row of a story: when it is written, in milliseconds from the story's begin. */
export interface StoryRow extends TransitionRow {
  readonly atMs: number;
  /** Number of the attempt that it belongs to; null if it belongs to none. */
  readonly execution: number | null;
  /** When the retry that it plans is due, in milliseconds from the story's begin; null if it plans none. */
  readonly dueMs: number | null;
}

/** What the engine would have written of a step, had everything in its seed happened. */
export interface StepStory {
  readonly step: StepRun;
  readonly rows: readonly StoryRow[];
  readonly processedMs: number | null;
  readonly startedMs: number | null;
  /** When its last attempt ended; null if none has. */
  readonly endedMs: number | null;
  readonly endedAttempts: number;
  readonly backoffSeconds: number | null;
  /** When the last row is written; where the story began, if there is none. */
  readonly endMs: number;
}

/** How long an attempt takes in a story. */
const ATTEMPT_MS = 100;
/** The middle of the range: jitter adds nothing. */
const NO_JITTER = 0.5;
const backoff = new BackoffCalculator();
const RULES: RetryRules = {
  retryDelayMs: (failure, random) => backoff.secondsBeforeRetry(failure, random) * 1_000,
  maxInterruptions: 5,
};

/**
 * Tells what becomes of a step from `beginMs` on, by the engine's own rules: the rows, the columns and the metadata are
 * what it would write.
 * @throws ConfigurationError for attempts that the rules do not allow, such as one after a success
 */
export function tellStep(
  definition: StepDefinition,
  index: number,
  seed: StepSeed,
  beginMs: number,
  writer: Writer,
): StepStory {
  const step = newStep(definition, index, seed);
  const told: Told = {
    step,
    rows: [],
    nowMs: beginMs,
    startedMs: null,
    endedMs: null,
    processedMs: null,
    ended: 0,
    backoffSeconds: null,
  };
  for (const [place, outcome] of (seed.attempts ?? []).entries()) {
    startAttempt(told, definition, writer);
    if (outcome === "running") {
      if (place + 1 < (seed.attempts ?? []).length) throw refuse(definition, "an attempt after one that is running");
    } else {
      told.nowMs += ATTEMPT_MS;
      endAttempt(told, definition, outcome, seed, writer);
    }
  }
  if (seed.endedAs != null) endByHand(told, definition, seed.endedAs, writer);
  const { rows, startedMs, endedMs, processedMs, ended: endedAttempts, backoffSeconds } = told;
  return { step, rows, startedMs, endedMs, processedMs, endedAttempts, backoffSeconds, endMs: told.nowMs };
}

interface Told {
  readonly step: StepRun;
  readonly rows: StoryRow[];
  nowMs: number;
  startedMs: number | null;
  endedMs: number | null;
  processedMs: number | null;
  ended: number;
  backoffSeconds: number | null;
}

function newStep(definition: StepDefinition, index: number, seed: StepSeed): StepRun {
  return {
    index,
    stepId: 0,
    name: definition.name,
    state: "pending",
    sortKey: NO_ROW,
    attempts: 0,
    retryLimit: seed.retryLimit ?? definition.retryLimit,
    retryable: seed.retryable ?? definition.retryable,
    skippable: definition.skippable,
    interruptions: 0,
    dueAt: null,
    blockedBy: null,
    inputs: null,
    results: EMPTY_OBJECT,
    execution: null,
    lostExecutionId: null,
    waits: null,
    wait: null,
    outside: null,
    resolution: null,
    queued: false,
  };
}

function startAttempt(told: Told, definition: StepDefinition, writer: Writer): void {
  const { step } = told;
  if (step.state !== "pending" && step.dueAt === null) throw refuse(definition, `an attempt after ${step.state}`);
  told.nowMs = Math.max(told.nowMs, step.dueAt ?? 0);
  step.dueAt = null;
  take(told, decideStart(step, "", writer), step.attempts + 1);
  told.startedMs = told.nowMs;
}

function endAttempt(
  told: Told,
  definition: StepDefinition,
  outcome: Exclude<AttemptOutcome, "running">,
  seed: StepSeed,
  writer: Writer,
): void {
  const { step, nowMs } = told;
  const decision = decideStep({
    definition,
    step,
    executionId: "",
    outcome: describe(outcome, seed),
    nowMs,
    random: NO_JITTER,
    rules: RULES,
    writer,
  });
  step.dueAt = decision.dueAt;
  take(told, decision.move, step.attempts);
  told.ended += 1;
  told.endedMs = nowMs;
  if (outcome === "success") told.processedMs = nowMs;
}

function describe(outcome: Exclude<AttemptOutcome, "running">, seed: StepSeed): Outcome {
  if (outcome === "success") {
    return { kind: "success", results: StoredJson.of(seed.results ?? { success: true }), durationMs: ATTEMPT_MS };
  }
  const permanent = outcome === "permanent";
  const failure = {
    message: permanent ? "seeded failure for good" : "seeded failure",
    errorClass: permanent ? "PermanentError" : "RetryableError",
    backtrace: "",
    errorCode: permanent ? "SEEDED" : "TASKER_STEP_RETRYABLE",
    permanent,
    details: null,
    isOutage: true,
    retryAfterSeconds: seed.backoffSeconds ?? null,
  };
  return { kind: "failure", failure, durationMs: ATTEMPT_MS };
}

function endByHand(told: Told, definition: StepDefinition, to: State, writer: Writer): void {
  const { step } = told;
  const chain: readonly State[] = step.state === "error" && to === "cancelled" ? ["pending", to] : [to];
  const legal = to === "cancelled" ? step.state !== "complete" : step.state === "error" || step.state === "pending";
  if (!legal) throw refuse(definition, `${to} after ${step.state}`);
  const rows = chainRows(
    step.sortKey,
    step.state,
    chain.map((state) => ({ to: state, metadata: { ...writer } })),
  );
  const { attempts } = step;
  step.dueAt = null;
  take(told, { base: step.sortKey, rows, attempts, backoffSeconds: null, results: null, retryable: null }, null);
}

function take(told: Told, move: StepMove, execution: number | null): void {
  const { step } = told;
  for (const row of move.rows) {
    told.rows.push({
      ...row,
      atMs: told.nowMs,
      execution: "execution_id" in row.metadata ? execution : null,
      dueMs: row.to === "error" ? step.dueAt : null,
    });
  }
  const last = move.rows.at(-1);
  if (last === undefined) return;
  step.state = last.to;
  step.sortKey = last.sortKey;
  step.attempts = move.attempts;
  told.backoffSeconds = move.backoffSeconds;
  if (move.results !== null) step.results = move.results;
  if (move.retryable !== null) step.retryable = move.retryable;
}

function refuse(definition: StepDefinition, what: string): ConfigurationError {
  return new ConfigurationError(`step ${definition.name} is given ${what}, which its rules do not allow`, {
    context: {
      field: `steps.${definition.name}`,
      value: what,
      expected: "a history that the engine could have written",
    },
  });
}
