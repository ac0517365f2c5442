import { describe, expect, test } from "vitest";
import { Batch } from "../../src/engine/batch.ts";
import { committedEvents } from "../../src/engine/committed-events.ts";
import { chainRows, NO_ROW } from "../../src/engine/step-move.ts";
import { completeTask, startTask } from "../../src/engine/task-move.ts";
import type { TaskRun } from "../../src/engine/task-run.ts";
import type { JsonObject } from "../../src/json/json-value.ts";
import type { State } from "../../src/states/state.ts";
import { sampleRun, sampleStep } from "./sample-run.ts";

const writer = { writer: 1, epoch: 2 };

function entry(run: TaskRun, from: State, chain: readonly State[], metadata: JsonObject = {}) {
  const rows = chainRows(
    0,
    from,
    chain.map((to) => ({ to, metadata })),
  );
  const move = { base: NO_ROW, rows, attempts: 1, backoffSeconds: null, results: null, retryable: null };
  return { run, step: run.steps[0] ?? sampleStep(), execution: null, dueAt: null, move };
}

const namesOf = (batch: Batch, refused: readonly TaskRun[] = []) =>
  [...committedEvents(batch, new Set(refused), () => true)].map(({ name, taskId }) => `${taskId} ${name}`);

describe("the events of a batch", () => {
  test("tell outcomes, then the task's start, then starts, then the task's end", () => {
    const batch = new Batch(5);
    const run = sampleRun(1);
    startTask(batch, run, writer);
    batch.addStart(entry(run, "pending", ["in_progress"]));
    completeTask(batch, run, writer, []);
    const other = sampleRun(2);
    batch.addOutcome(entry(other, "in_progress", ["complete"]));
    expect(namesOf(batch)).toEqual([
      "2 step.completed",
      "1 task.start_requested",
      "1 step.execution_requested",
      "1 task.completed",
    ]);
  });

  test("leave out tasks of which something was refused", () => {
    const batch = new Batch(5);
    const run = sampleRun(1);
    const other = sampleRun(2);
    batch.addOutcome(entry(run, "in_progress", ["complete"]));
    batch.addOutcome(entry(other, "in_progress", ["complete"]));
    expect(namesOf(batch, [run])).toEqual(["2 step.completed"]);
  });

  test("tell of a retry before the start that it leads to", () => {
    const batch = new Batch(5);
    batch.addStart(entry(sampleRun(1), "error", ["pending", "in_progress"]));
    expect(namesOf(batch)).toEqual(["1 step.retry_requested", "1 step.execution_requested"]);
  });

  test("do not call an interruption a failure, unless the step is given up", () => {
    const batch = new Batch(5);
    batch.addOutcome(entry(sampleRun(1), "in_progress", ["error"], { interrupted: true }));
    batch.addOutcome(entry(sampleRun(2), "in_progress", ["error"], { interrupted: true, permanent: true }));
    expect(namesOf(batch)).toEqual(["1 step.interrupted", "2 step.failed"]);
  });

  test("carry what the row tells, under an id that is the row's", () => {
    const batch = new Batch(5);
    const run = sampleRun(3);
    batch.addOutcome(entry(run, "in_progress", ["complete"], { attempt_number: 1 }));
    expect([...committedEvents(batch, new Set(), () => true)]).toMatchObject([
      {
        id: "step:30:10",
        name: "step.completed",
        taskId: 3,
        namespace: run.view.namespace,
        correlationId: run.view.correlationId,
        stepId: 30,
        stepName: "a",
        payload: { from_state: "in_progress", to_state: "complete", attempt_number: 1 },
        at: 5,
      },
    ]);
  });

  test("are not made if nobody wants them", () => {
    const batch = new Batch(5);
    batch.addOutcome(entry(sampleRun(3), "in_progress", ["complete"]));
    expect([...committedEvents(batch, new Set(), (name) => name === "step.failed")]).toEqual([]);
  });
});
