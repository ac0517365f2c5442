import { describe, expect, test } from "vitest";
import { applyEvent } from "../../../src/cli/progress/apply-event.ts";
import type { TaskerEvent } from "../../../src/events/event.ts";
import type { JsonObject } from "../../../src/json/json-value.ts";
import { sampleEvent } from "../../support/sample-event.ts";
import { NOW, sampleTask } from "../render/sample-progress.ts";

function eventOn(stepName: string, toState: string, facts: JsonObject = {}, name = "step.completed"): TaskerEvent {
  const stepId = sample.steps.find((step) => step.name === stepName)?.stepId ?? null;
  return sampleEvent({ name, taskId: 12, stepId, stepName, payload: { ...facts, to_state: toState }, at: NOW });
}

const sample = sampleTask();
const stepAfter = (event: TaskerEvent) => applyEvent(sample, event).steps.find(({ name }) => name === event.stepName);

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
    const interrupted = eventOn("reserve_items", "error", { reason: "its process is gone" }, "step.interrupted");
    expect(stepAfter(interrupted)).toMatchObject({ attempts: 0, error: "its process is gone" });
    const final = eventOn("reserve_items", "error", { permanent: true }, "step.failed");
    expect(stepAfter(final)).toMatchObject({ attempts: 1 });
  });

  test("the task's own events change its state", () => {
    const event = { ...eventOn("", "complete"), stepId: null, stepName: null };
    expect(applyEvent(sample, event).state).toBe("complete");
  });

  test("events of another task change nothing", () => {
    expect(applyEvent(sample, { ...eventOn("charge_card", "complete"), taskId: 13 })).toBe(sample);
  });
});
