import type { Connection } from "../database/database.ts";
import { array, bool, int4, int8, nullable, text, timestamp } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { Positions } from "./gap-safe-cursor.ts";

/** How far the shared tables have got, who is writing, and whether there is something to claim of kinds `$2` or to reload. */
export const readPositions = statement({
  name: "read_positions",
  text: "select tasks, task_rows, step_rows, writers, tasker_due($1, $2, $3) as due from tasker_positions()",
  parameters: [int8, array(int4), timestamp],
  columns: { tasks: int8, task_rows: int8, step_rows: int8, writers: array(text), due: bool },
});

/** Takes notice of transitions that others have written. */
export const noticeForeign = statement({
  name: "notice_foreign",
  text: `
    select task_rows, step_rows, task_ids, revisions, without_run
    from tasker_notice($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
  parameters: [int8, timestamp, int8, int8, int8, int8, array(int8), array(int8), bool],
  columns: {
    task_rows: array(int8),
    step_rows: array(int8),
    task_ids: array(int8),
    revisions: array(int4),
    without_run: array(int8),
  },
});

/** Makes run rows for tasks that others created. */
export const adoptTasks = statement({
  name: "adopt_tasks",
  text: "select adopted, reopened, next_task_id from tasker_adopt($1, $2, $3, $4, $5, $6, $7, $8, $9)",
  parameters: [
    timestamp,
    array(int4),
    array(int4),
    array(text),
    nullable(array(text)),
    bool,
    array(int8),
    array(int8),
    bool,
  ],
  columns: { adopted: int8, reopened: int8, next_task_id: nullable(int8) },
});

/** Positions with what else a look at them tells. */
export interface Look extends Positions {
  readonly writers: ReadonlySet<string>;
  readonly due: boolean;
}

/** Reads how far the shared tables have got. */
export async function lookAtPositions(
  connection: Connection,
  processId: number,
  kinds: readonly number[],
  now: Date,
): Promise<Look> {
  const [row] = await connection.run(readPositions, [processId, kinds, now]);
  if (row === undefined) throw new RangeError("tasker_positions gave no row");
  const { tasks, task_rows: taskRows, step_rows: stepRows, writers, due } = row;
  return { tasks, taskRows, stepRows, writers: new Set(writers), due };
}
