import type { Connection } from "../database/database.ts";
import { int8 } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { Batch, TaskEntry } from "./batch.ts";
import { commitAdding, isGrowing } from "./commit-adding.ts";
import { commitOneStatement, encodeOne } from "./commit-one.ts";
import { BATCH_PARAMETERS, encodeBatch, placeholders } from "./encode-batch.ts";
import type { TaskRun } from "./task-run.ts";

/** Writes a batch; gives the ids of the tasks of which something was refused. */
export const commitBatchStatement = statement({
  name: "commit_batch",
  text: `select refused_task_id from tasker_commit(${placeholders(BATCH_PARAMETERS.length)})`,
  parameters: BATCH_PARAMETERS,
  columns: { refused_task_id: int8 },
});

/**
 * Writes a batch in one statement. Tells the steps that were added their ids.
 * @returns the tasks that the database refused: not owned any more, changed by somebody else, or already moved
 */
export async function commitBatch(connection: Connection, processId: number, batch: Batch): Promise<Set<TaskRun>> {
  const tasks = batch.tasks;
  return refusedRuns(tasks, new Set(await write(connection, processId, batch, tasks)));
}

async function write(
  connection: Connection,
  processId: number,
  batch: Batch,
  tasks: readonly TaskEntry[],
): Promise<number[]> {
  const one = encodeOne(processId, batch, tasks);
  if (one !== null) return (await connection.run(commitOneStatement, one)).map((row) => row.refused_task_id);
  const parameters = encodeBatch(processId, batch, tasks);
  const growing = tasks.filter(isGrowing);
  if (growing.length > 0) return commitAdding(connection, parameters, growing);
  return (await connection.run(commitBatchStatement, parameters)).map((row) => row.refused_task_id);
}

function refusedRuns(tasks: readonly TaskEntry[], refused: ReadonlySet<number>): Set<TaskRun> {
  if (refused.size === 0) return new Set();
  return new Set(tasks.map((task) => task.run).filter((run) => refused.has(run.taskId)));
}
