import { array, bool, int4, int8, json, nullable, text, timestamp } from "../database/sql-type.ts";
import type { ParametersOf } from "../database/statement.ts";
import type { Batch, StepEntry, TaskEntry } from "./batch.ts";
import { storedText } from "./protection/task-seal.ts";
import { NO_ROW, type TransitionRow } from "./step-move.ts";
import { encodeEvent, writtenEvents } from "./written-events.ts";

const ints = array(int4);
const ids = array(int8);
const texts = array(text);
const bools = array(bool);

/** Types of what `tasker_commit` is called with. */
export const BATCH_PARAMETERS = [
  int8,
  timestamp,
  ints,
  // Tasks.
  ids,
  ids,
  ints,
  ints,
  ints,
  array(nullable(int4)),
  bools,
  bools,
  nullable(array(nullable(timestamp))),
  // Steps.
  ids,
  ids,
  ints,
  ints,
  ints,
  texts,
  texts,
  texts,
  ints,
  nullable(array(nullable(int4))),
  nullable(array(nullable(text))),
  nullable(array(nullable(bool))),
  // Rows of tasks.
  ids,
  ints,
  bools,
  ints,
  texts,
  texts,
  texts,
  bools,
  nullable(json),
  nullable(json),
  nullable(json),
] as const;

/** `$1, $2, ...` */
export function placeholders(count: number): string {
  return Array.from({ length: count }, (_, index) => `$${index + 1}`).join(", ");
}

/** What `tasker_commit` is called with. */
export function encodeBatch(
  processId: number,
  batch: Batch,
  tasks: readonly TaskEntry[],
): ParametersOf<typeof BATCH_PARAMETERS> {
  const { outcomes, starts } = batch;
  const steps = [...outcomes, ...starts];
  const moves = steps.map(({ move }) => move);
  const { last, places, taskRows, earlier, events } = placeRows(batch, tasks);
  const counts = [
    tasks.length,
    steps.length,
    count(tasks, (task) => task.base !== null),
    count(tasks, (task) => task.release !== null),
    outcomes.length,
    count(starts, ({ move }) => move.base !== NO_ROW),
    count(starts, ({ move }) => move.rows.at(-1)?.to !== "in_progress"),
  ];
  return [
    processId,
    new Date(batch.nowMs),
    counts,
    tasks.map(({ run }) => run.taskId),
    tasks.map(({ run }) => run.epoch),
    tasks.map(({ run }) => run.revision),
    tasks.map((task) => task.outcomes),
    tasks.map((task) => task.outcomes + task.starts),
    tasks.map(({ base }) => base),
    tasks.map(({ completes }) => completes),
    tasks.map(({ release }) => release !== null),
    unlessAllNull(tasks.map(({ release }) => (release?.wakeAt == null ? null : new Date(release.wakeAt)))),
    steps.map(({ run }) => run.taskId),
    steps.map(({ step }) => step.stepId),
    places,
    moves.map(({ base }) => base),
    last.map(({ sortKey }) => sortKey),
    last.map(({ from }) => from),
    last.map(({ to }) => to),
    last.map(encodeMetadata),
    moves.map(({ attempts }) => attempts),
    unlessAllNull(moves.map(({ backoffSeconds }) => backoffSeconds)),
    // Results are JSON text already.
    unlessAllNull(steps.map(resultText)),
    unlessAllNull(moves.map(({ retryable }) => retryable)),
    taskRows.map(({ task }) => task.run.taskId),
    taskRows.map(({ place }) => place),
    taskRows.map(({ task }) => task.base === NO_ROW),
    taskRows.map(({ row }) => row.sortKey),
    taskRows.map(({ row }) => row.from),
    taskRows.map(({ row }) => row.to),
    taskRows.map(({ row }) => encodeMetadata(row)),
    taskRows.map(({ task, row }) => row === task.rows.at(-1)),
    listOrNull(earlier),
    listOrNull(encodeAnnotations(tasks)),
    encodeOutside(batch, tasks, events),
  ];
}

/** What the column `results` of a step gets; null: nothing new. */
export function resultText({ run, step, move }: StepEntry): string | null {
  return move.results === null ? null : storedText(move.results, run.seal, "results", step.name);
}

/** A JSON text of a list of JSON texts; null for none. */
export const listOrNull = (items: readonly string[]) => (items.length === 0 ? null : `[${items.join(",")}]`);
const count = <T>(items: readonly T[], holds: (item: T) => boolean) =>
  items.reduce((sum, item) => sum + (holds(item) ? 1 : 0), 0);
const unlessAllNull = <T>(items: readonly (T | null)[]) => (items.every((item) => item === null) ? null : items);

/** Metadata as text without its first brace: the database puts a member of its own before the others. */
export const encodeMetadata = (row: TransitionRow) => JSON.stringify(row.metadata).slice(1);

/** Whether a row opens a task's work: it stands before the rows of the steps that start. */
const opens = (row: TransitionRow) => row.to === "pending" || row.to === "in_progress";

/** Gives every row its place in the batch: outcomes, each followed by what its handler published, then tasks that begin, then starts, then tasks that end. */
function placeRows(batch: Batch, tasks: readonly TaskEntry[]) {
  const last: TransitionRow[] = [];
  const places: number[] = [];
  const taskRows: { readonly task: TaskEntry; readonly row: TransitionRow; readonly place: number }[] = [];
  const earlier: string[] = [];
  const events: string[] = [];
  let place = 0;
  const placeTasks = (wanted: (row: TransitionRow) => boolean) => {
    for (const task of tasks) {
      for (const row of task.rows) if (wanted(row)) taskRows.push({ task, row, place: place++ });
    }
  };
  const placeSteps = (entries: readonly StepEntry[]) => {
    for (const entry of entries) {
      const { step, move } = entry;
      for (const row of move.rows.slice(0, -1)) earlier.push(encodeEarlier(step.stepId, row, place++));
      const row = move.rows.at(-1);
      if (row === undefined) throw new RangeError("a move has no rows");
      last.push(row);
      places.push(place++);
      for (const event of writtenEvents(entry)) events.push(encodeEvent(event, place++));
    }
  };
  placeSteps(batch.outcomes);
  placeTasks(opens);
  placeSteps(batch.starts);
  placeTasks((row) => !opens(row));
  return { last, places, taskRows, earlier, events };
}

function encodeEarlier(stepId: number, row: TransitionRow, place: number): string {
  return JSON.stringify({ s: stepId, q: place, k: row.sortKey, f: row.from, g: row.to, d: row.metadata });
}

function encodeAnnotations(tasks: readonly TaskEntry[]): string[] {
  return tasks.flatMap(({ run, annotations }) =>
    annotations.map(({ type, valueText }) => `{"t":${run.taskId},"n":${JSON.stringify(type)},"v":${valueText}}`),
  );
}

/** What a batch does to rows that are not its tasks'. */
function encodeOutside(batch: Batch, tasks: readonly TaskEntry[], events: readonly string[]): string | null {
  const signals = batch.outcomes.flatMap(({ step, signalId }) =>
    signalId === undefined ? [] : [{ i: signalId, s: step.stepId }],
  );
  const parents = tasks.flatMap(({ run, base, release }) =>
    run.parentTaskId === null || release === null || !run.isEnded
      ? []
      : [{ c: run.taskId, t: run.parentTaskId, m: base !== null }],
  );
  const executions = batch.outcomes.flatMap(({ step, execution }) =>
    execution?.outside?.end?.isStored === true ? [{ i: execution.executionId, s: step.stepId }] : [],
  );
  const members = [
    ...member(
      "g",
      signals.map((signal) => JSON.stringify(signal)),
    ),
    ...member(
      "p",
      parents.map((parent) => JSON.stringify(parent)),
    ),
    ...member(
      "x",
      executions.map((execution) => JSON.stringify(execution)),
    ),
    ...member("e", events),
  ];
  return members.length === 0 ? null : `{${members.join(",")}}`;
}

const member = (name: string, items: readonly string[]) =>
  items.length === 0 ? [] : [`"${name}":[${items.join(",")}]`];
