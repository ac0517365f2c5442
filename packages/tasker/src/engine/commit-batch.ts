import type { Connection } from "../database/database.ts";
import { int8 } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { Batch, StepEntry, TaskEntry } from "./batch.ts";
import { BATCH_PARAMETERS, commitAdding, isGrowing } from "./commit-adding.ts";
import { NO_ROW, type TransitionRow } from "./step-move.ts";
import type { TaskRun } from "./task-run.ts";

/** Writes a batch; gives the ids of the tasks of which something was refused. */
export const commitBatchStatement = statement({
  name: "commit_batch",
  text: "select refused_task_id from tasker_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
  parameters: BATCH_PARAMETERS,
  columns: { refused_task_id: int8 },
});

/**
 * Writes a batch in one statement. Tells the steps that were added their ids.
 * @returns the tasks that the database refused: not owned any more, changed by somebody else, or already moved
 */
export async function commitBatch(connection: Connection, processId: number, batch: Batch): Promise<Set<TaskRun>> {
  const tasks = batch.tasks;
  const { taskRows, outcomes, starts, earlier } = encodeRows(batch, tasks);
  const parameters = [
    processId,
    new Date(batch.nowMs),
    [
      tasks.length,
      batch.size,
      count(tasks, isMoving),
      count(tasks, isReleased),
      batch.outcomes.length,
      count(batch.starts, isClosing),
    ],
    list(tasks.map(encodeTask)),
    listOrNull(outcomes),
    listOrNull(starts),
    batch.starts.some(({ move }) => move.base !== NO_ROW),
    listOrNull(earlier),
    listOrNull(taskRows),
    listOrNull(encodeAnnotations(tasks)),
    encodeOutside(batch),
  ] as const;
  const growing = tasks.filter(isGrowing);
  const refused =
    growing.length === 0
      ? (await connection.run(commitBatchStatement, parameters)).map((row) => row.refused_task_id)
      : await commitAdding(connection, parameters, growing);
  return refusedRuns(tasks, new Set(refused));
}

function refusedRuns(tasks: readonly TaskEntry[], refused: ReadonlySet<number>): Set<TaskRun> {
  if (refused.size === 0) return new Set();
  return new Set(tasks.map((task) => task.run).filter((run) => refused.has(run.taskId)));
}

const list = (items: readonly string[]) => `[${items.join(",")}]`;
const listOrNull = (items: readonly string[]) => (items.length === 0 ? null : list(items));
const count = <T>(items: readonly T[], holds: (item: T) => boolean) =>
  items.reduce((sum, item) => sum + (holds(item) ? 1 : 0), 0);

const isMoving = (task: TaskEntry) => task.base !== null;
const isReleased = (task: TaskEntry) => task.release !== null;
/** Whether a step of the starts is closed without its handler. */
const isClosing = ({ move }: StepEntry) => move.rows.at(-1)?.to !== "in_progress";

/** Whether a row opens a task's work: it stands before the rows of the steps that start. */
const opens = (row: TransitionRow) => row.to === "pending" || row.to === "in_progress";

/** Gives every row its place in the batch: outcomes, then tasks that begin, then starts, then tasks that end. */
function encodeRows(batch: Batch, tasks: readonly TaskEntry[]) {
  const taskRows: string[] = [];
  const earlier: string[] = [];
  let place = 0;
  const encodeTasks = (wanted: (row: TransitionRow) => boolean) => {
    for (const task of tasks) {
      for (const row of task.rows) if (wanted(row)) taskRows.push(encodeTaskRow(task, row, place++));
    }
  };
  const encodeSteps = (entries: readonly StepEntry[], encode: (entry: StepEntry, row: TransitionRow) => string) =>
    entries.map((entry) => {
      const { rows } = entry.move;
      for (let index = 0; index < rows.length - 1; index++) {
        const row = rows[index];
        if (row !== undefined) earlier.push(JSON.stringify({ s: entry.step.stepId, ...describe(row, place++) }));
      }
      const last = rows.at(-1);
      if (last === undefined) throw new RangeError("a move has no rows");
      return encode(entry, last);
    });
  const outcomes = encodeSteps(batch.outcomes, (entry, row) => encodeOutcome(entry, row, place++));
  encodeTasks(opens);
  const starts = encodeSteps(batch.starts, (entry, row) => encodeStart(entry, row, place++));
  encodeTasks((row) => !opens(row));
  return { taskRows, outcomes, starts, earlier };
}

const describe = (row: TransitionRow, place: number) => ({
  q: place,
  k: row.sortKey,
  f: row.from,
  g: row.to,
  d: row.metadata,
});

function encodeTask(task: TaskEntry): string {
  const { run } = task;
  return JSON.stringify({
    t: run.taskId,
    e: run.epoch,
    r: run.revision,
    n: task.outcomes,
    m: task.outcomes + task.starts,
    b: task.base,
    c: task.completes,
    x: task.release !== null,
    w: task.release?.wakeAt == null ? null : new Date(task.release.wakeAt).toISOString(),
  });
}

function encodeTaskRow(task: TaskEntry, row: TransitionRow, place: number): string {
  return JSON.stringify({ t: task.run.taskId, ...describe(row, place), l: row === task.rows.at(-1) });
}

/** Results are JSON text already: they are put in as they are instead of being parsed and written once more. */
function encodeOutcome({ run, step, move }: StepEntry, row: TransitionRow, place: number): string {
  const fields = JSON.stringify({
    t: run.taskId,
    s: step.stepId,
    ...describe(row, place),
    b: move.base,
    a: move.attempts,
    o: move.backoffSeconds,
    h: move.results !== null,
    y: move.retryable,
  });
  return move.results === null ? fields : `${fields.slice(0, -1)},"v":${move.results.text}}`;
}

function encodeStart({ run, step, move }: StepEntry, row: TransitionRow, place: number): string {
  const fields = JSON.stringify({
    t: run.taskId,
    s: step.stepId,
    ...describe(row, place),
    b: move.base,
    a: move.attempts,
  });
  return move.results === null ? fields : `${fields.slice(0, -1)},"h":true,"v":${move.results.text}}`;
}

function encodeAnnotations(tasks: readonly TaskEntry[]): string[] {
  return tasks.flatMap(({ run, annotations }) =>
    annotations.map(({ type, valueText }) => `{"t":${run.taskId},"n":${JSON.stringify(type)},"v":${valueText}}`),
  );
}

/** What a batch does to rows that are not its tasks'. */
function encodeOutside(batch: Batch): string | null {
  const signals = batch.outcomes.flatMap(({ step, signalId }) =>
    signalId === undefined ? [] : [{ i: signalId, s: step.stepId }],
  );
  const parents = batch.tasks.flatMap(({ run, base, release }) =>
    run.parentTaskId === null || release === null || !run.isEnded
      ? []
      : [{ c: run.taskId, t: run.parentTaskId, m: base !== null }],
  );
  if (signals.length === 0 && parents.length === 0) return null;
  return JSON.stringify({
    ...(signals.length === 0 ? {} : { g: signals }),
    ...(parents.length === 0 ? {} : { p: parents }),
  });
}
