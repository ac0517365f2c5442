import { describe, expect, test } from "vitest";
import { STATES, type State } from "../../src/states/state.ts";
import { canStepMove } from "../../src/states/step-state.ts";
import { canTaskMove } from "../../src/states/task-state.ts";
import {
  STEP_TRANSITION_EVENT_MAP,
  stepEvent,
  TASK_TRANSITION_EVENT_MAP,
  taskEvent,
} from "../../src/states/transition-event.ts";

type Row = [State | null, State, string];

const TASK_ROWS: Row[] = [
  [null, "pending", "task.initialize_requested"],
  [null, "in_progress", "task.start_requested"],
  [null, "complete", "task.completed"],
  [null, "error", "task.failed"],
  [null, "cancelled", "task.cancelled"],
  [null, "resolved_manually", "task.resolved_manually"],
  ["pending", "in_progress", "task.start_requested"],
  ["pending", "cancelled", "task.cancelled"],
  ["pending", "error", "task.failed"],
  ["in_progress", "pending", "task.initialize_requested"],
  ["in_progress", "complete", "task.completed"],
  ["in_progress", "error", "task.failed"],
  ["in_progress", "cancelled", "task.cancelled"],
  ["error", "pending", "task.retry_requested"],
  ["error", "resolved_manually", "task.resolved_manually"],
  ["complete", "cancelled", "task.cancelled"],
  ["resolved_manually", "cancelled", "task.cancelled"],
];

const STEP_ROWS: Row[] = [
  [null, "pending", "step.initialize_requested"],
  [null, "in_progress", "step.execution_requested"],
  [null, "complete", "step.completed"],
  [null, "error", "step.failed"],
  [null, "cancelled", "step.cancelled"],
  [null, "resolved_manually", "step.resolved_manually"],
  ["pending", "in_progress", "step.execution_requested"],
  ["pending", "error", "step.failed"],
  ["pending", "cancelled", "step.cancelled"],
  ["pending", "resolved_manually", "step.resolved_manually"],
  ["in_progress", "complete", "step.completed"],
  ["in_progress", "error", "step.failed"],
  ["in_progress", "cancelled", "step.cancelled"],
  ["error", "pending", "step.retry_requested"],
  ["error", "resolved_manually", "step.resolved_manually"],
];

describe.each([
  { entity: "task", rows: TASK_ROWS, eventOf: taskEvent, map: TASK_TRANSITION_EVENT_MAP, canMove: canTaskMove },
  { entity: "step", rows: STEP_ROWS, eventOf: stepEvent, map: STEP_TRANSITION_EVENT_MAP, canMove: canStepMove },
])("events of $entity transitions", ({ rows, eventOf, map, canMove }) => {
  test.each(rows)("%s to %s: %s", (from, to, event) => expect(eventOf(from, to)).toBe(event));

  test("the map has these rows and no others", () => {
    expect(Object.values(map).flatMap((targets) => Object.keys(targets)).length).toBe(rows.length);
  });

  test("exactly the moves that the machine has, and every first row, tell of something", () => {
    for (const to of STATES) {
      expect(eventOf(null, to)).not.toBeNull();
      for (const from of STATES) expect(eventOf(from, to) !== null, `${from} to ${to}`).toBe(canMove(from, to));
    }
  });
});
