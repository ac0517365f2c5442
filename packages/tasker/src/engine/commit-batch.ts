import type { Connection } from "../database/database.ts";
import { int8, json, nullable, timestamp } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { Batch, StepEntry, TaskEntry } from "./batch.ts";
import type { TransitionRow } from "./step-move.ts";
import type { TaskRun } from "./task-run.ts";

/** Writes a batch; gives the ids of the tasks of which something was refused. */
export const commitBatchStatement = statement({
  name: "commit_batch",
  text: "select refused_task_id from tasker_commit($1, $2, $3, $4, $5, $6, $7, $8)",
  parameters: [int8, timestamp, json, json, json, json, json, nullable(json)],
  columns: { refused_task_id: int8 },
});

/**
 * Writes a batch in one statement.
 * @returns the tasks that the database refused: not owned any more, changed by somebody else, or already moved
 */
export async function commitBatch(connection: Connection, processId: number, batch: Batch): Promise<Set<TaskRun>> {
  const tasks = batch.tasks;
  const rows = await connection.run(commitBatchStatement, [
    processId,
    new Date(batch.nowMs),
    list(tasks.map(encodeTask)),
    list(tasks.flatMap((task) => task.rows.map((row, place) => encodeTaskRow(task, row, place)))),
    list(batch.outcomes.map(encodeOutcome)),
    list(batch.starts.map(encodeStart)),
    list([...batch.outcomes, ...batch.starts].flatMap(encodeEarlierRows)),
    encodeAnnotations(tasks),
  ]);
  if (rows.length === 0) return new Set();
  const refused = new Set(rows.map((row) => row.refused_task_id));
  return new Set(tasks.map((task) => task.run).filter((run) => refused.has(run.taskId)));
}

const list = (items: readonly string[]) => `[${items.join(",")}]`;

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
  return JSON.stringify({
    t: task.run.taskId,
    k: row.sortKey,
    f: row.from,
    s: row.to,
    d: row.metadata,
    l: place === task.rows.length - 1,
  });
}

/** Results are JSON text already: they are put in as they are instead of being parsed and written once more. */
function encodeOutcome({ run, step, move }: StepEntry): string {
  const row = lastRow(move.rows);
  const fields = JSON.stringify({
    t: run.taskId,
    s: step.stepId,
    b: move.base,
    k: row.sortKey,
    f: row.from,
    g: row.to,
    d: row.metadata,
    a: move.attempts,
    o: move.backoffSeconds,
    h: move.results !== null,
    y: move.retryable,
  });
  return move.results === null ? fields : `${fields.slice(0, -1)},"v":${move.results.text}}`;
}

function encodeStart({ run, step, move }: StepEntry): string {
  const row = lastRow(move.rows);
  return JSON.stringify({
    t: run.taskId,
    s: step.stepId,
    b: move.base,
    k: row.sortKey,
    f: row.from,
    g: row.to,
    d: row.metadata,
    a: move.attempts,
  });
}

function encodeEarlierRows({ step, move }: StepEntry): string[] {
  return move.rows.slice(0, -1).map((row) =>
    JSON.stringify({ s: step.stepId, k: row.sortKey, f: row.from, g: row.to, d: row.metadata }),
  );
}

function encodeAnnotations(tasks: readonly TaskEntry[]): string | null {
  const items = tasks.flatMap(({ run, annotations }) =>
    annotations.map(({ type, valueText }) => `{"t":${run.taskId},"n":${JSON.stringify(type)},"v":${valueText}}`),
  );
  return items.length === 0 ? null : list(items);
}

function lastRow(rows: readonly TransitionRow[]): TransitionRow {
  const row = rows.at(-1);
  if (row === undefined) throw new RangeError("a move has no rows");
  return row;
}
