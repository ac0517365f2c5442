import { describe, expect, test } from "vitest";
import { type ExecutionState, executionState, FutureStateAnalyzer } from "../../src/engine/execution-state.ts";
import type { Outcome } from "../../src/engine/outcome.ts";
import { StoredJson } from "../../src/engine/stored-json.ts";

const OUTCOMES: Readonly<Record<Outcome["kind"], Outcome>> = {
  success: { kind: "success", results: StoredJson.of(null), durationMs: 1 },
  failure: {
    kind: "failure",
    durationMs: 1,
    failure: {
      message: "no",
      errorClass: "Error",
      backtrace: "",
      errorCode: null,
      permanent: false,
      retryAfterSeconds: null,
      details: null,
      isOutage: true,
    },
  },
  interrupted: { kind: "interrupted", reason: "stopped" },
  postponed: { kind: "postponed", circuit: "gateway", message: "open", retryAt: 0 },
};

describe("the state of an attempt", () => {
  test.each([
    [false, null, "pending"],
    [true, null, "executing"],
    [true, OUTCOMES.success, "fulfilled"],
    [true, OUTCOMES.failure, "rejected"],
    [true, OUTCOMES.interrupted, "cancelled"],
    [false, OUTCOMES.interrupted, "cancelled"],
    [true, OUTCOMES.postponed, "cancelled"],
  ] as const)("launched %s with the outcome %o is %s", (launched, outcome, state) => {
    expect(executionState(launched, outcome)).toBe(state);
  });

  test.each<[ExecutionState, { cancel: boolean; wait: boolean; ignore: boolean; completed: boolean }]>([
    ["unscheduled", { cancel: false, wait: false, ignore: true, completed: false }],
    ["pending", { cancel: true, wait: false, ignore: false, completed: false }],
    ["executing", { cancel: false, wait: true, ignore: false, completed: false }],
    ["fulfilled", { cancel: false, wait: false, ignore: true, completed: true }],
    ["rejected", { cancel: false, wait: false, ignore: true, completed: true }],
    ["cancelled", { cancel: false, wait: false, ignore: true, completed: true }],
  ])("%s is analysed", (state, { cancel, wait, ignore, completed }) => {
    const analyzer = new FutureStateAnalyzer({ state });
    expect([analyzer.isCompleted, analyzer.isExecuting]).toEqual([completed, wait]);
    expect(analyzer.debugState()).toEqual({
      state_description: state,
      should_cancel: cancel,
      should_wait: wait,
      can_ignore: ignore,
    });
  });
});
