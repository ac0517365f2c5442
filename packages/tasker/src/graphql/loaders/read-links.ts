import type { Connection } from "../../database/database.ts";
import { loadChildren } from "../../models/load-children.ts";
import type { NamedTasksNamedStepSource } from "../sources.ts";
import { mapValues } from "./batch-loader.ts";

/** The kinds of steps of each named task, by its id; one statement. */
export async function readLinks(
  database: Connection,
  namedTaskIds: readonly number[],
): Promise<Map<number, NamedTasksNamedStepSource[]>> {
  const links = await loadChildren(database, "tasker_named_tasks_named_steps", "named_task_id", namedTaskIds, "id");
  return mapValues(links, (rows) => rows.map((row) => ({ kind: "NamedTasksNamedStep", row })));
}
