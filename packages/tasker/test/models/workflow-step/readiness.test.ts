import { describe, expect, test } from "vitest";
import { WorkflowStep } from "../../../src/models/index.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const LATER = new Date("2026-03-01T12:00:01Z");

const row: WorkflowStep.StepReadiness = {
  current_state: "pending",
  dependencies_satisfied: true,
  retry_eligible: true,
  ready_for_execution: true,
  next_retry_at: null,
  total_parents: 0,
  attempts: 0,
  retry_limit: 3,
};

describe("rules on a step's readiness row", () => {
  test.each([
    ["pending", { isPending: true, hasReadyStatus: true }],
    ["in_progress", { isInProgress: true }],
    ["error", { isInError: true, hasReadyStatus: true, canRetryNow: true }],
    ["complete", { isComplete: true }],
    ["resolved_manually", { isComplete: true }],
    ["cancelled", { isCancelled: true }],
  ])("a step that is `%s`", (current_state, holds) => {
    const state = { ...row, current_state };
    const nothing = { isPending: false, isInProgress: false, isInError: false, isComplete: false, isCancelled: false };
    expect({
      isPending: WorkflowStep.isPending(state),
      isInProgress: WorkflowStep.isInProgress(state),
      isInError: WorkflowStep.isInError(state),
      isComplete: WorkflowStep.isComplete(state),
      isCancelled: WorkflowStep.isCancelled(state),
      hasReadyStatus: WorkflowStep.hasReadyStatus(state),
      canRetryNow: WorkflowStep.canRetryNow(state, NOW),
    }).toEqual({ ...nothing, hasReadyStatus: false, canRetryNow: false, ...holds });
  });

  test("without a row nothing holds, but that it may start by its state and is a root", () => {
    const none = undefined;
    expect([
      WorkflowStep.isComplete(none),
      WorkflowStep.isPending(none),
      WorkflowStep.isInProgress(none),
      WorkflowStep.isInError(none),
      WorkflowStep.isCancelled(none),
      WorkflowStep.isReady(none),
      WorkflowStep.areDependenciesSatisfied(none),
      WorkflowStep.isRetryEligible(none),
      WorkflowStep.hasRetryAttempts(none),
      WorkflowStep.isRetryExhausted(none),
      WorkflowStep.isWaitingForBackoff(none, NOW),
      WorkflowStep.canRetryNow(none, NOW),
    ]).toEqual(Array(12).fill(false));
    expect([WorkflowStep.hasReadyStatus(none), WorkflowStep.isRootStep(none)]).toEqual([true, true]);
    expect(WorkflowStep.isLeafStep(none)).toBeNull();
  });

  test("attempts: exhausted at the limit, which is 3 where none is stored", () => {
    const exhausted = (attempts: number, retry_limit: number | null) =>
      WorkflowStep.isRetryExhausted({ attempts, retry_limit });
    expect([exhausted(2, 3), exhausted(3, 3), exhausted(2, null), exhausted(3, null), exhausted(0, 0)]).toEqual([
      false,
      true,
      false,
      true,
      true,
    ]);
    expect([WorkflowStep.hasRetryAttempts(row), WorkflowStep.hasRetryAttempts({ attempts: 1 })]).toEqual([false, true]);
  });

  test("a backoff is over at its very end; a failed step can be tried again then, if attempts are left", () => {
    expect(WorkflowStep.isWaitingForBackoff({ next_retry_at: LATER }, NOW)).toBe(true);
    expect(WorkflowStep.isWaitingForBackoff({ next_retry_at: LATER }, LATER)).toBe(false);
    const failed = { ...row, current_state: "error", next_retry_at: LATER };
    expect(WorkflowStep.canRetryNow(failed, NOW)).toBe(false);
    expect(WorkflowStep.canRetryNow(failed, LATER)).toBe(true);
    expect(WorkflowStep.canRetryNow({ ...failed, retry_eligible: false }, LATER)).toBe(false);
  });

  test("a root has no parents, a leaf no children; what the row says of dependencies and readiness holds", () => {
    expect([WorkflowStep.isRootStep(row), WorkflowStep.isRootStep({ total_parents: 1 })]).toEqual([true, false]);
    expect([WorkflowStep.isLeafStep({ child_count: 0 }), WorkflowStep.isLeafStep({ child_count: 2 })]).toEqual([
      true,
      false,
    ]);
    expect([
      WorkflowStep.isReady(row),
      WorkflowStep.areDependenciesSatisfied(row),
      WorkflowStep.isRetryEligible(row),
    ]).toEqual([true, true, true]);
  });
});
