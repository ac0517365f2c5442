import { describe, expect, test } from "vitest";
import { type DecisionInput, decideStep, type StepDecision } from "../../src/engine/decide-step.ts";
import type { FailureFacts, Outcome } from "../../src/engine/outcome.ts";
import type { StepRun } from "../../src/engine/step-run.ts";
import { StoredJson } from "../../src/engine/stored-json.ts";
import { SAMPLE_RULES, sampleStep } from "./sample-run.ts";

const NOW = Date.UTC(2026, 0, 1);
const writer = { writer: 7, epoch: 9 };

const failure = (facts: Partial<FailureFacts> = {}): Outcome => ({
  kind: "failure",
  durationMs: 1_234,
  failure: {
    message: "no",
    errorClass: "Error",
    backtrace: "at a",
    errorCode: null,
    permanent: false,
    details: null,
    isOutage: true,
    retryAfterSeconds: null,
    ...facts,
  },
});
const success = (value: unknown): Outcome => ({ kind: "success", results: StoredJson.of(value), durationMs: 250 });
const interrupted: Outcome = { kind: "interrupted", reason: "stopped" };

function decide(outcome: Outcome, step: Partial<StepRun> = {}, input: Partial<DecisionInput> = {}): StepDecision {
  return decideStep({
    step: sampleStep({ state: "in_progress", sortKey: 10, attempts: 1, ...step }),
    definition: undefined,
    executionId: "7.1",
    outcome,
    nowMs: NOW,
    random: 0.5,
    rules: SAMPLE_RULES,
    writer,
    ...input,
  });
}

const metadataOf = (decision: StepDecision) => decision.move.rows[0]?.metadata;

describe("a success", () => {
  test("completes the step with its results", () => {
    const { move, next, dueAt } = decide(success({ ok: true }));
    expect(move.rows).toEqual([
      {
        from: "in_progress",
        to: "complete",
        sortKey: 20,
        metadata: { writer: 7, epoch: 9, execution_id: "7.1", attempt_number: 1, execution_duration: 0.25 },
      },
    ]);
    expect(move).toMatchObject({ base: 10, attempts: 1, backoffSeconds: null, retryable: null });
    expect(move.results?.value).toEqual({ ok: true });
    expect({ next, dueAt }).toEqual({ next: "satisfied", dueAt: null });
  });

  test("remembers how often the step was interrupted", () => {
    expect(metadataOf(decide(success(1), { interruptions: 2 }))).toMatchObject({ interruptions: 2 });
  });
});

describe("a failure", () => {
  test("with attempts left waits for its retry", () => {
    const { move, next, dueAt } = decide(failure());
    expect(next).toBe("retry");
    expect(dueAt).toBe(NOW + 1_000);
    expect(move.rows).toEqual([
      {
        from: "in_progress",
        to: "error",
        sortKey: 20,
        metadata: {
          writer: 7,
          epoch: 9,
          execution_id: "7.1",
          attempt_number: 1,
          execution_duration: 1.234,
          error_message: "no",
          error_class: "Error",
          retry_available: true,
          backoff_seconds: 1,
          backoff_until: "2026-01-01T00:00:01.000Z",
        },
      },
    ]);
    expect(move).toMatchObject({ backoffSeconds: 1, retryable: null, attempts: 1 });
  });

  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [6, 32_000],
    [7, 49_000],
    [50, 300_000],
  ])("after attempt %i waits %i ms", (attempts, delayMs) => {
    expect(decide(failure(), { attempts, retryLimit: 100 }).dueAt).toBe(NOW + delayMs);
  });

  test.each([
    [0, 0, 0],
    [0.4, 400, 1],
    [1.0004, 1_000, 1],
    [1.5, 1_500, 2],
    [299.2, 299_200, 300],
    [86_400, 300_000, 300],
    [Number.POSITIVE_INFINITY, 300_000, 300],
  ])("that asks for %d s waits %i ms, stored as %i s", (retryAfterSeconds, delayMs, stored) => {
    const decision = decide(failure({ retryAfterSeconds }));
    expect(decision.dueAt).toBe(NOW + delayMs);
    expect(decision.move.backoffSeconds).toBe(stored);
    expect(metadataOf(decision)).toMatchObject({
      backoff_seconds: delayMs / 1_000,
      backoff_until: new Date(NOW + delayMs).toISOString(),
    });
  });

  test.each([
    ["a permanent failure", failure({ permanent: true }), {}, { retryable: false, permanent: true }],
    ["the last attempt", failure(), { attempts: 3 }, { retryable: null, permanent: false }],
    ["an attempt beyond the last", failure(), { attempts: 4 }, { retryable: null, permanent: false }],
    ["a step that is not retryable", failure(), { retryable: false }, { retryable: null, permanent: false }],
    ["a retry limit of 1", failure(), { retryLimit: 1 }, { retryable: null, permanent: false }],
    [
      "a permanent failure that asks for a wait",
      failure({ permanent: true, retryAfterSeconds: 5 }),
      {},
      { retryable: false, permanent: true },
    ],
  ])("for good: %s", (_what, outcome, step, { retryable, permanent }) => {
    const decision = decide(outcome, step);
    expect(decision).toMatchObject({ next: "failed", dueAt: null });
    expect(decision.move).toMatchObject({ backoffSeconds: null, retryable });
    expect(metadataOf(decision)).toMatchObject({ retry_available: false, permanent });
    expect(metadataOf(decision)).not.toHaveProperty("backoff_until");
  });

  test("stores message, class and backtrace over what an earlier attempt left", () => {
    const results = StoredJson.of({ kept: 1, error: "old", error_code: "OLD" });
    expect(decide(failure({ errorCode: "NEW" }), { results }).move.results?.value).toEqual({
      kept: 1,
      error: "no",
      error_class: "Error",
      backtrace: "at a",
      error_code: "NEW",
    });
  });

  test("without code does not keep the code of an earlier one", () => {
    const results = StoredJson.of({ error: "old", error_code: "OLD" });
    expect(decide(failure(), { results }).move.results?.value).not.toHaveProperty("error_code");
  });

  test.each([[null], [[1, 2]], ["text"], [3]])("replaces results that are no object: %j", (before) => {
    expect(decide(failure(), { results: StoredJson.of(before) }).move.results?.value).toEqual({
      error: "no",
      error_class: "Error",
      backtrace: "at a",
    });
  });
});

describe("an interruption", () => {
  test("gives the attempt back and leaves everything else of the step", () => {
    const { move, next, dueAt } = decide(interrupted);
    expect(move.rows).toEqual([
      {
        from: "in_progress",
        to: "error",
        sortKey: 20,
        metadata: {
          writer: 7,
          epoch: 9,
          execution_id: "7.1",
          attempt_number: 1,
          interrupted: true,
          interruptions: 1,
          error_message: "stopped",
          error_code: "TASKER_STEP_INTERRUPTED",
          retry_available: true,
        },
      },
      { from: "error", to: "pending", sortKey: 30, metadata: { writer: 7, epoch: 9, interruptions: 1 } },
    ]);
    expect(move).toMatchObject({ attempts: 0, backoffSeconds: null, results: null, retryable: null });
    expect({ next, dueAt }).toEqual({ next: "open", dueAt: null });
  });

  test("is one too many at the fifth: the step fails for good and says why", () => {
    const { move, next } = decide(interrupted, { interruptions: 4 });
    expect(next).toBe("failed");
    expect(move.rows.map(({ to }) => to)).toEqual(["error"]);
    expect(move.rows[0]?.metadata).toMatchObject({ interruptions: 5, permanent: true, retry_available: false });
    expect(move).toMatchObject({ attempts: 1, retryable: false });
    expect(move.results?.value).toMatchObject({
      error: "stopped; interrupted 5 times, given up",
      error_class: "StepInterruptedError",
      error_code: "TASKER_STEP_INTERRUPTED",
    });
  });

  test("is one too many where the rules say so", () => {
    const rules = { ...SAMPLE_RULES, maxInterruptions: 1 };
    expect(decide(interrupted, {}, { rules }).next).toBe("failed");
  });
});
