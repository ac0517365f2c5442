import type { Connection } from "../../database/database.ts";
import { array, int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { TaskRun } from "../task-run.ts";

/** Those of some tasks whose run rows nobody holds at this moment. */
export const findUnlocked = statement({
  name: "find_unlocked",
  text: `
    select r.task_id from tasker_task_runs r where r.task_id = any($1)
    for no key update of r skip locked`,
  parameters: [array(int8)],
  columns: { task_id: int8 },
});

/**
 * Finds the tasks that cannot be written because somebody holds their run rows, or those of their parents: an operator's open
 * transaction, or a process that fell silent inside one.
 */
export async function findLocked(connection: Connection, runs: readonly TaskRun[]): Promise<Set<TaskRun>> {
  const rowsOf = ({ taskId, parentTaskId }: TaskRun) => (parentTaskId === null ? [taskId] : [taskId, parentTaskId]);
  const rows = await connection.run(findUnlocked, [[...new Set(runs.flatMap(rowsOf))]]);
  const unlocked = new Set(rows.map((row) => row.task_id));
  return new Set(runs.filter((run) => rowsOf(run).some((taskId) => !unlocked.has(taskId))));
}
