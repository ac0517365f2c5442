import type { Connection } from "../database/database.ts";
import { array, int4, int8, nullable, text, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { Batch } from "./batch.ts";
import type { TransitionRow } from "./step-move.ts";

/** The transition rows of some steps and tasks, with who wrote them. */
export const findWrittenRows = statement({
  name: "find_written_rows",
  text: `
    select 'step' as kind, x.workflow_step_id as owner_id, x.sort_key, x.to_state, x.metadata ->> 'writer' as writer,
      x.metadata ->> 'epoch' as epoch
    from tasker_workflow_step_transitions x where x.workflow_step_id = any($1)
    union all
    select 'task', y.task_id, y.sort_key, y.to_state, y.metadata ->> 'writer', y.metadata ->> 'epoch'
    from tasker_task_transitions y where y.task_id = any($2)`,
  parameters: [array(int8), array(int8)],
  columns: {
    kind: text,
    owner_id: int8,
    sort_key: int4,
    to_state: varchar,
    writer: nullable(text),
    epoch: nullable(text),
  },
});

/**
 * What of a batch is in the database although it was refused: all of it, if the commit had succeeded and only its answer
 * was lost, or a part, if somebody else had changed another step of the task. A row is this batch's if it has the place in
 * its history, the state, the writer and the epoch that the batch gave it.
 */
export async function confirmBatch(connection: Connection, batch: Batch): Promise<Batch> {
  const steps = [...batch.outcomes, ...batch.starts].map(({ step }) => step.stepId);
  const tasks = batch.tasks.map(({ run }) => run.taskId);
  const written = new Set(
    (await connection.run(findWrittenRows, [steps, tasks])).map((row) =>
      key(row.kind, row.owner_id, row.sort_key, row.to_state, row.writer, row.epoch),
    ),
  );
  const isWritten = (kind: string, owner: number, row: TransitionRow | undefined) =>
    row !== undefined &&
    written.has(key(kind, owner, row.sortKey, row.to, String(row.metadata.writer), String(row.metadata.epoch)));

  const confirmed = new Batch(batch.nowMs, batch.elapsedMs);
  for (const entry of batch.outcomes) {
    if (isWritten("step", entry.step.stepId, entry.move.rows.at(-1))) confirmed.addOutcome(entry);
  }
  for (const entry of batch.starts) {
    if (isWritten("step", entry.step.stepId, entry.move.rows.at(-1))) confirmed.addStart(entry);
  }
  for (const { run, rows } of batch.tasks) {
    confirmed.task(run).rows.push(...rows.filter((row) => isWritten("task", run.taskId, row)));
  }
  return confirmed;
}

function key(...parts: readonly (string | number | null)[]): string {
  return parts.join(" ");
}
