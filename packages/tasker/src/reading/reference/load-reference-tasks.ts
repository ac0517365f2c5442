import type { Connection } from "../../database/database.ts";
import { loadAnnotations } from "../annotations/annotations.ts";
import { loadProtections } from "../protection/load-protections.ts";
import { type Protection, TaskProtection } from "../protection/task-protection.ts";
import { loadStepsOfTasks } from "../steps/step-page.ts";
import { type ReferenceTask, referenceTask } from "./reference-objects.ts";
import { selectTasks } from "./task-statement.ts";

/**
 * Tasks with all their steps and annotations as objects of the reference, in the order of the ids; those that exist. Seven
 * statements for any number of tasks.
 */
export async function loadReferenceTasks(
  connection: Connection,
  taskIds: readonly number[],
  protection: Protection,
): Promise<ReferenceTask[]> {
  if (taskIds.length === 0) return [];
  const rows = await connection.run(selectTasks, [taskIds]);
  const steps = await loadStepsOfTasks(connection, taskIds, protection);
  const annotations = await loadAnnotations(connection, taskIds);
  const protections = await loadProtections(connection, taskIds, protection);
  return rows.map((row) => {
    const own = protections.get(row.task_id) ?? new TaskProtection(protection, { seal: null, redact: null });
    return referenceTask(row, steps.get(row.task_id) ?? [], annotations.get(row.task_id) ?? [], own);
  });
}
