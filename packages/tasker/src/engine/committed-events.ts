import { domainEvent } from "../events/domain-event.ts";
import type { TaskerEvent } from "../events/event.ts";
import { stateEvents, type Wants } from "../events/state-event.ts";
import type { JsonObject } from "../json/json-value.ts";
import type { Batch, StepEntry, TaskEntry } from "./batch.ts";
import { subjectOf } from "./event-subject.ts";
import type { TransitionRow } from "./step-move.ts";
import type { TaskRun } from "./task-run.ts";
import { writtenEvents } from "./written-events.ts";

/**
 * What the rows of a committed batch tell, in the order of their places: outcomes, each with what its handler has published,
 * the task's start, the steps' starts, the task's end.
 */
export function* committedEvents(batch: Batch, refused: ReadonlySet<TaskRun>, wants: Wants): Generator<TaskerEvent> {
  const tasks = batch.tasks.filter(({ run }) => !refused.has(run));
  for (const entry of batch.outcomes) {
    if (refused.has(entry.run)) continue;
    yield* stepEvents(entry, batch, wants);
    yield* domainEvents(entry, wants);
  }
  for (const entry of tasks) yield* taskEvents(entry, batch, wants, opens);
  for (const entry of batch.starts) if (!refused.has(entry.run)) yield* stepEvents(entry, batch, wants);
  for (const entry of tasks) yield* taskEvents(entry, batch, wants, (row) => !opens(row));
}

const opens = ({ to }: TransitionRow) => to === "pending" || to === "in_progress";

function* stepEvents({ run, step, move }: StepEntry, { nowMs: at }: Batch, wants: Wants): Generator<TaskerEvent> {
  const subject = subjectOf(run, step);
  for (const row of move.rows) yield* stateEvents(subject, { ...row, at }, wants);
}

function* domainEvents(entry: StepEntry, wants: Wants): Generator<TaskerEvent> {
  for (const event of writtenEvents(entry)) {
    if (!wants(event.name)) continue;
    yield domainEvent(subjectOf(entry.run, entry.step), { ...event, payload: event.payload.value as JsonObject });
  }
}

function* taskEvents(
  { run, rows }: TaskEntry,
  { nowMs: at }: Batch,
  wants: Wants,
  isMeant: (row: TransitionRow) => boolean,
): Generator<TaskerEvent> {
  for (const row of rows) if (isMeant(row)) yield* stateEvents(subjectOf(run), { ...row, at }, wants);
}
