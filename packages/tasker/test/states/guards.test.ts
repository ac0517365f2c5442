import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSatisfied, mayStepStart, mayTaskComplete } from "../../src/states/guards.ts";
import { STATES } from "../../src/states/state.ts";
import {
  SATISFIED_STATES,
  UNREADY_WORKFLOW_STEP_STATUSES,
  VALID_STEP_COMPLETION_STATES,
  VALID_STEP_STILL_WORKING_STATES,
  VALID_TASK_STATUSES,
  VALID_WORKFLOW_STEP_STATUSES,
} from "../../src/states/state-sets.ts";

test("the sets are the reference's, in its order", () => {
  expect(VALID_TASK_STATUSES).toEqual(STATES);
  expect(VALID_WORKFLOW_STEP_STATUSES).toEqual(STATES);
  expect(UNREADY_WORKFLOW_STEP_STATUSES).toEqual(["in_progress", "complete", "cancelled", "resolved_manually"]);
  expect(VALID_STEP_COMPLETION_STATES).toEqual(["complete", "resolved_manually", "cancelled"]);
  expect(VALID_STEP_STILL_WORKING_STATES).toEqual(["pending", "in_progress"]);
  expect(SATISFIED_STATES).toEqual(["complete", "resolved_manually"]);
});

test("complete and resolved_manually satisfy a dependency, cancelled does not", () => {
  expect(STATES.filter(isSatisfied)).toEqual(["complete", "resolved_manually"]);
});

describe.each([
  { guard: "T1, a task may complete", may: mayTaskComplete, of: "steps" },
  { guard: "S1, a step may start", may: mayStepStart, of: "parents" },
])("$guard", ({ may, of }) => {
  test(`without ${of}`, () => expect(may([])).toBe(true));

  test("if every one is complete or resolved by hand", () => {
    expect(may(["complete", "resolved_manually"])).toBe(true);
  });

  test.each([
    ["pending"],
    ["in_progress"],
    ["error"],
    ["cancelled"],
    [null],
    [undefined],
  ] as const)("not if one is %j", (state) => expect(may(["complete", state])).toBe(false));

  test("not if the states cannot be read", () => {
    const unreadable = {
      [Symbol.iterator](): Iterator<never> {
        throw new Error("connection lost");
      },
    };
    expect(() => may(unreadable)).toThrow("connection lost");
  });

  test("exactly if no state is other than satisfied", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.constantFrom(...STATES))), (states) => {
        expect(may(states)).toBe(!states.some((state) => state !== "complete" && state !== "resolved_manually"));
      }),
    );
  });
});
