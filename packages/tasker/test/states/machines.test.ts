import { describe, expect, test } from "vitest";
import { InvalidTransitionError } from "../../src/errors/index.ts";
import { isState, STATES, type State } from "../../src/states/state.ts";
import { assertStepMove, canStepMove, STEP_TRANSITIONS } from "../../src/states/step-state.ts";
import { assertTaskMove, canTaskMove, TASK_TRANSITIONS } from "../../src/states/task-state.ts";

/** The tables of the execution specification 1.2 as they are printed there: a row for each state left. */
const COLUMNS: readonly State[] = ["pending", "in_progress", "complete", "error", "cancelled", "resolved_manually"];
const TASK_TABLE: Readonly<Record<State, string>> = {
  pending: "- y - y y -",
  in_progress: "y - y y y -",
  complete: "- - - - y -",
  error: "y - - - - y",
  cancelled: "- - - - - -",
  resolved_manually: "- - - - y -",
};
const STEP_TABLE: Readonly<Record<State, string>> = {
  pending: "- y - y y y",
  in_progress: "- - y y y -",
  complete: "- - - - - -",
  error: "y - - - - y",
  cancelled: "- - - - - -",
  resolved_manually: "- - - - - -",
};

function pairsOf(table: Readonly<Record<State, string>>): [State, State, boolean][] {
  return STATES.flatMap((from) =>
    table[from]
      .split(" ")
      .map((cell, column): [State, State, boolean] => [from, COLUMNS[column] as State, cell === "y"]),
  );
}

describe("the six states", () => {
  test("are the reference's", () => {
    expect(STATES).toEqual(["pending", "in_progress", "error", "complete", "cancelled", "resolved_manually"]);
  });

  test.each([...STATES])("%s is a state", (state) => expect(isState(state)).toBe(true));

  test.each([["failed"], ["PENDING"], [""], [null], [undefined], [1]])("%j is no state", (value) =>
    expect(isState(value)).toBe(false));
});

describe.each([
  {
    entity: "task",
    table: TASK_TABLE,
    transitions: TASK_TRANSITIONS,
    canMove: canTaskMove,
    assertMove: assertTaskMove,
  },
  {
    entity: "step",
    table: STEP_TABLE,
    transitions: STEP_TRANSITIONS,
    canMove: canStepMove,
    assertMove: assertStepMove,
  },
])("the $entity machine", ({ entity, table, transitions, canMove, assertMove }) => {
  test("has a row for every state and leads nowhere else", () => {
    expect(Object.keys(transitions).sort()).toEqual([...STATES].sort());
    for (const targets of Object.values(transitions)) {
      expect(new Set(targets).size).toBe(targets.length);
      expect(targets.every(isState)).toBe(true);
    }
  });

  test.each(pairsOf(table))("%s to %s: %s", (from, to, allowed) => {
    expect(canMove(from, to)).toBe(allowed);
    if (allowed) expect(() => assertMove(from, to)).not.toThrow();
    else expect(() => assertMove(from, to)).toThrow(InvalidTransitionError);
  });

  test("a refusal tells what was asked and what would have been allowed", () => {
    expect(() => assertMove("error", "cancelled")).toThrow(
      `a ${entity} cannot move from 'error' to 'cancelled', expected pending, resolved_manually`,
    );
    expect(() => assertMove("error", "cancelled")).toThrow(
      expect.objectContaining({
        code: "TASKER_INVALID_TRANSITION",
        context: { entity, from: "error", to: "cancelled" },
      }),
    );
    expect(() => assertMove("cancelled", "pending")).toThrow("expected no further state");
  });

  test("every state can be reached from pending", () => {
    const reached = new Set<State>(["pending"]);
    for (const state of reached) for (const next of transitions[state]) reached.add(next);
    expect(reached).toEqual(new Set(STATES));
  });
});
