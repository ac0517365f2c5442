import { describe, expect, test } from "vitest";
import { applyEvent } from "../../../src/cli/progress/apply-event.ts";
import type { EngineEvent } from "../../../src/engine/engine-event.ts";
import { sampleRun } from "../../engine/sample-run.ts";
import { NOW, sampleTask } from "../render/sample-progress.ts";

function eventOn(stepName: string, toState: string, metadata: EngineEvent["metadata"] = {}, at = NOW): EngineEvent {
  const stepId = sample.steps.find(({ name }) => name === stepName)?.stepId ?? null;
  const task = sampleRun(12).view;
  return { name: "step.changed", taskId: 12, task, stepId, stepName, fromState: "", toState, metadata, at };
}

const sample = sampleTask();
const stepAfter = (event: EngineEvent) => applyEvent(sample, event).steps.find(({ name }) => name === event.stepName);

describe("how a task stands after an event", () => {
  test("a start counts the attempt and sets the time that its duration is counted from", () => {
    expect(stepAfter(eventOn("send_receipt", "in_progress", { attempt_number: 1 }))).toMatchObject({
      state: "in_progress",
      attempts: 1,
      startedAt: NOW,
      durationMs: null,
    });
  });

  test("a completion takes the engine's duration and forgets the error", () => {
    expect(stepAfter(eventOn("charge_card", "complete", { execution_duration: 1.25 }))).toMatchObject({
      state: "complete",
      durationMs: 1250,
      error: null,
      nextAttemptAt: null,
    });
  });

  test("a failure has its message and the time of the next attempt", () => {
    const metadata = { error_message: "busy", backoff_until: new Date(NOW + 3000).toISOString() };
    expect(stepAfter(eventOn("reserve_items", "error", metadata))).toMatchObject({
      state: "error",
      attempts: 1,
      error: "busy",
      nextAttemptAt: NOW + 3000,
      durationMs: 800,
    });
  });

  test("an interrupted attempt is given back", () => {
    expect(stepAfter(eventOn("reserve_items", "error", { interrupted: true }))).toMatchObject({ attempts: 0 });
    const final = { interrupted: true, permanent: true };
    expect(stepAfter(eventOn("reserve_items", "error", final))).toMatchObject({ attempts: 1 });
  });

  test("the task's own events change its state", () => {
    const event = { ...eventOn("", "complete"), stepId: null, stepName: null };
    expect(applyEvent(sample, event).state).toBe("complete");
  });

  test("events of another task change nothing", () => {
    expect(applyEvent(sample, { ...eventOn("charge_card", "complete"), taskId: 13 })).toBe(sample);
  });
});
