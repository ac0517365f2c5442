import { describe, expect, test } from "vitest";
import { TaskTransition, WorkflowStepTransition } from "../../../src/models/index.ts";
import { STATES } from "../../../src/states/state.ts";

describe("what a transition says", () => {
  test("an error, a completion and a cancellation are told by the state that was entered", () => {
    const told = (is: (row: { to_state: string }) => boolean) => STATES.filter((to_state) => is({ to_state }));
    expect(told(TaskTransition.isErrorTransition)).toEqual(["error"]);
    expect(told(TaskTransition.isCompletionTransition)).toEqual(["complete", "resolved_manually"]);
    expect(told(TaskTransition.isCancellationTransition)).toEqual(["cancelled"]);
    expect(TaskTransition.isCompletionTransition({ to_state: "skipped" })).toBe(false);
  });

  test("metadata are read by key, whatever the value is, and changed in a copy", () => {
    const row = { metadata: { a: null, b: false, c: [1] } };
    expect(TaskTransition.hasMetadata(row, "a")).toBe(true);
    expect(TaskTransition.hasMetadata(row, "constructor")).toBe(false);
    expect(TaskTransition.getMetadata(row, "a", 7)).toBeNull();
    expect(TaskTransition.getMetadata(row, "b", 7)).toBe(false);
    expect(TaskTransition.getMetadata(row, "d", 7)).toBe(7);
    expect(TaskTransition.getMetadata(row, "d")).toBeNull();
    expect(TaskTransition.setMetadata(row, "d", 1).metadata).toEqual({ a: null, b: false, c: [1], d: 1 });
    expect(row.metadata).not.toHaveProperty("d");
  });

  test.each([[null], [["a"]], ["a"]])("metadata that are %j hold nothing", (metadata) => {
    expect(TaskTransition.hasMetadata({ metadata }, "a")).toBe(false);
    expect(TaskTransition.setMetadata({ metadata }, "a", 1).metadata).toEqual({ a: 1 });
  });

  test("a task's transition has a sentence for each state, and names one that it does not know", () => {
    const sentences = STATES.map((to_state) => TaskTransition.description({ to_state }));
    expect(new Set(sentences).size).toBe(STATES.length);
    expect(TaskTransition.description({ to_state: "skipped" })).toBe("The task went to the state 'skipped'");
  });

  test.each([
    ["pending", {}, "Waits for its turn"],
    ["pending", { retry_attempt: true, attempt_number: 2 }, "Waits for attempt 2"],
    ["in_progress", { attempt_number: 3 }, "Attempt 3 has started"],
    ["in_progress", {}, "Attempt 1 has started"],
    ["complete", { execution_duration: 1.23456 }, "Complete after 1.23 s"],
    ["complete", {}, "Complete"],
    ["error", { error_message: "card declined" }, "Failed: card declined"],
    ["error", { backoff_until: "2026-03-01T12:00:00Z" }, "Failed: unknown error; another attempt is planned"],
    ["cancelled", { triggered_by: "task cancellation" }, "Cancelled (task cancellation)"],
    ["cancelled", {}, "Cancelled (by hand)"],
    ["resolved_manually", { resolved_by: "ada" }, "Settled by hand (ada)"],
    ["resolved_manually", {}, "Settled by hand (unknown)"],
    ["skipped", {}, "Went to the state 'skipped'"],
  ])("a step's transition to %s with %j", (to_state, metadata, sentence) => {
    expect(WorkflowStepTransition.description({ to_state, metadata })).toBe(sentence);
  });

  test("attempt, duration and retry of a step's transition come from its metadata", () => {
    const row = { to_state: "pending", metadata: { retry_attempt: 2, attempt_number: 2, execution_duration: 0.5 } };
    expect(WorkflowStepTransition.attemptNumber(row)).toBe(2);
    expect(WorkflowStepTransition.executionDuration(row)).toBe(0.5);
    expect(WorkflowStepTransition.isRetryTransition(row)).toBe(true);
    expect(WorkflowStepTransition.isRetryTransition({ ...row, to_state: "in_progress" })).toBe(false);
    const empty = { to_state: "pending", metadata: {} };
    expect(WorkflowStepTransition.attemptNumber(empty)).toBe(1);
    expect(WorkflowStepTransition.executionDuration(empty)).toBeNull();
    expect(WorkflowStepTransition.isRetryTransition(empty)).toBe(false);
  });

  test("backoff of a failed step", () => {
    const backoff = (to_state: string, metadata: object) => WorkflowStepTransition.backoffInfo({ to_state, metadata });
    const noted = { backoff_until: "2026-03-01T12:00:08Z", backoff_seconds: 8, retry_available: true };
    expect(backoff("error", noted)).toEqual({
      backoff_until: new Date("2026-03-01T12:00:08Z"),
      backoff_seconds: 8,
      retry_available: true,
    });
    expect(backoff("error", { backoff_until: "soon" })).toEqual({
      backoff_until: null,
      backoff_seconds: null,
      retry_available: false,
    });
    expect(backoff("pending", noted)).toBeNull();
    expect(backoff("error", {})).toBeNull();
  });
});
