import { describe, expect, test } from "vitest";
import {
  cancelFailedChain,
  cancelFailedTaskChain,
  interruptedStepChain,
  interruptedTaskChain,
  retryStartChain,
  retryStartTaskChain,
} from "../../src/states/composite-moves.ts";
import { canStepMove } from "../../src/states/step-state.ts";
import { canTaskMove } from "../../src/states/task-state.ts";

describe.each([
  {
    what: "an interrupted step",
    chain: interruptedStepChain(),
    text: "in_progress error pending",
    canMove: canStepMove,
  },
  { what: "the start of a retry", chain: retryStartChain(), text: "error pending in_progress", canMove: canStepMove },
  {
    what: "cancelling a failed step",
    chain: cancelFailedChain(),
    text: "error pending cancelled",
    canMove: canStepMove,
  },
  { what: "an interrupted task", chain: interruptedTaskChain(), text: "in_progress pending", canMove: canTaskMove },
  {
    what: "taking up a failed task",
    chain: retryStartTaskChain(),
    text: "error pending in_progress",
    canMove: canTaskMove,
  },
  {
    what: "cancelling a failed task",
    chain: cancelFailedTaskChain(),
    text: "error pending cancelled",
    canMove: canTaskMove,
  },
])("$what", ({ chain, text, canMove }) => {
  test(`is written as ${text}`, () => expect(chain).toEqual(text.split(" ")));

  test("is made of moves that the machine has", () => {
    for (const [place, to] of chain.slice(1).entries()) {
      const from = chain[place];
      expect(from !== undefined && canMove(from, to), `${from} to ${to}`).toBe(true);
    }
  });

  test("is needed only because the last state cannot be reached at once, or is the move itself", () => {
    const [from, to] = [chain[0], chain.at(-1)];
    expect(from !== undefined && to !== undefined && canMove(from, to)).toBe(chain.length === 2);
  });
});
