import { stepEvent, taskEvent } from "../states/transition-event.ts";
import type { Batch, StepEntry, TaskEntry } from "./batch.ts";
import type { EngineEvent } from "./engine-event.ts";
import type { TransitionRow } from "./step-move.ts";
import type { TaskRun } from "./task-run.ts";

/**
 * The events of a committed batch, in an order in which each task's story makes sense: outcomes, the task's start, the
 * steps' starts, the task's end. A row that ends an interrupted attempt is no failure of the step and gives no event.
 */
export function* committedEvents(batch: Batch, refused: ReadonlySet<TaskRun>): Generator<EngineEvent> {
  const tasks = batch.tasks.filter(({ run }) => !refused.has(run));
  for (const entry of batch.outcomes) yield* stepEvents(entry, batch, refused);
  for (const entry of tasks) yield* taskEvents(entry, batch, (row) => row.to === "pending" || row.to === "in_progress");
  for (const entry of batch.starts) yield* stepEvents(entry, batch, refused);
  for (const entry of tasks) yield* taskEvents(entry, batch, (row) => row.to !== "pending" && row.to !== "in_progress");
}

function* stepEvents(
  { run, step, move }: StepEntry,
  batch: Batch,
  refused: ReadonlySet<TaskRun>,
): Generator<EngineEvent> {
  if (refused.has(run)) return;
  for (const row of move.rows) {
    const name =
      row.metadata.interrupted === true && row.metadata.permanent !== true ? null : stepEvent(row.from, row.to);
    if (name !== null) yield { ...describe(name, run, row, batch), stepId: step.stepId, stepName: step.name };
  }
}

function* taskEvents(
  { run, rows }: TaskEntry,
  batch: Batch,
  wanted: (row: TransitionRow) => boolean,
): Generator<EngineEvent> {
  for (const row of rows) {
    const name = wanted(row) ? taskEvent(row.from, row.to) : null;
    if (name !== null) yield { ...describe(name, run, row, batch), stepId: null, stepName: null };
  }
}

function describe(name: string, run: TaskRun, row: TransitionRow, batch: Batch) {
  const { taskId, view: task } = run;
  return { name, taskId, task, fromState: row.from, toState: row.to, metadata: row.metadata, at: batch.nowMs };
}
