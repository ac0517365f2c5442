import { bool, int4, int8, json, jsonb, nullable, text, timestamp } from "../database/sql-type.ts";
import { type ParametersOf, statement } from "../database/statement.ts";
import type { Batch, TaskEntry } from "./batch.ts";
import { encodeMetadata, listOrNull, resultText } from "./encode-batch.ts";
import { NO_ROW } from "./step-move.ts";
import { encodeEvent, writtenEvents } from "./written-events.ts";

/** Writes a batch of one task of which at most one step ends and one starts; gives its id if something was refused. */
export const commitOneStatement = statement({
  name: "commit_one",
  text: `
    select refused_task_id from tasker_commit_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
      $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`,
  parameters: [
    int8,
    timestamp,
    int8,
    int8,
    int4,
    // The step that ends.
    nullable(int8),
    nullable(int4),
    nullable(int4),
    nullable(text),
    nullable(text),
    nullable(int4),
    nullable(int4),
    nullable(jsonb),
    nullable(bool),
    // The step that starts.
    nullable(int8),
    nullable(int4),
    nullable(text),
    nullable(int4),
    // The task.
    nullable(int4),
    nullable(int4),
    nullable(text),
    nullable(text),
    nullable(text),
    bool,
    bool,
    nullable(timestamp),
    nullable(json),
  ],
  columns: { refused_task_id: int8 },
});

/** What `tasker_commit_one` is called with; null if it does not write such a batch. */
export function encodeOne(
  processId: number,
  batch: Batch,
  tasks: readonly TaskEntry[],
): ParametersOf<typeof commitOneStatement.parameters> | null {
  const [task] = tasks;
  if (task === undefined || tasks.length > 1 || batch.outcomes.length > 1 || batch.starts.length > 1) return null;
  const { run, rows, annotations, added, release } = task;
  const isParentTold = run.parentTaskId !== null && release !== null;
  if (rows.length > 1 || annotations.length > 0 || added !== null || isParentTold) return null;
  const [outcome] = batch.outcomes;
  const [start] = batch.starts;
  const [ended, ...afterEnd] = outcome?.move.rows ?? [];
  const [begun, ...afterBegin] = start?.move.rows ?? [];
  const [moved] = rows;
  if (outcome?.execution?.outside != null) return null;
  if (afterEnd.length > 0 || afterBegin.length > 0 || outcome?.signalId !== undefined) return null;
  if (start !== undefined && (start.move.base !== NO_ROW || begun?.to !== "in_progress")) return null;
  return [
    processId,
    new Date(batch.nowMs),
    run.taskId,
    run.epoch,
    run.revision,
    outcome?.step.stepId ?? null,
    outcome?.move.base ?? null,
    ended?.sortKey ?? null,
    ended?.to ?? null,
    ended === undefined ? null : encodeMetadata(ended),
    outcome?.move.attempts ?? null,
    outcome?.move.backoffSeconds ?? null,
    outcome === undefined ? null : resultText(outcome),
    outcome?.move.retryable ?? null,
    start?.step.stepId ?? null,
    begun?.sortKey ?? null,
    begun === undefined ? null : encodeMetadata(begun),
    start?.move.attempts ?? null,
    task.base,
    moved?.sortKey ?? null,
    moved?.from ?? null,
    moved?.to ?? null,
    moved === undefined ? null : encodeMetadata(moved),
    task.completes,
    release !== null,
    release?.wakeAt == null ? null : new Date(release.wakeAt),
    outcome === undefined ? null : listOrNull(writtenEvents(outcome).map(encodeEvent)),
  ];
}
