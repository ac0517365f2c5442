import type { Connection } from "../../database/database.ts";
import * as Task from "../../models/task/task.ts";
import type { TaskSource } from "../sources.ts";

/** Whom the context of a task names as its owner; null if nobody is asked for, or named. */
export type OwnerOf = (context: unknown) => string | null;

/** Tasks with what permissions are asked for, by their ids; two statements. */
export async function readTasks(
  database: Connection,
  ids: readonly number[],
  ownerOf: OwnerOf,
): Promise<Map<number, TaskSource>> {
  const [rows, names] = await Promise.all([
    Task.findMany(database, ids),
    Task.loadNames(
      database,
      ids.map((id) => ({ task_id: id })),
    ),
  ]);
  const found = new Map<number, TaskSource>();
  for (const [taskId, row] of rows) {
    const namespace = names.get(taskId)?.namespaceName;
    if (namespace === undefined) continue;
    found.set(taskId, { kind: "Task", row, subject: { namespace, taskId, ownerId: ownerOf(row.context) } });
  }
  return found;
}
