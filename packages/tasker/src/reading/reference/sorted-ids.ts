import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import { TABLES } from "../../database/query/tables.ts";
import { visibleTo } from "../../models/task/scopes.ts";
import type { VisibleNamespaces } from "../../models/visible-namespaces.ts";

/** Paging as the reference has it. */
export interface OffsetRequest {
  readonly limit: number;
  readonly offset: number;
  /** A column of the table that has no documents, whose values may be hidden; of another name the default is taken. */
  readonly sortBy?: string | undefined;
  readonly descending?: boolean | undefined;
}

/**
 * Ids of tasks by any column, `task_id` unless told otherwise, from an offset on. Rows with the same value are in the order of
 * their ids. A column without an index, and a large offset, take as long as reading the whole table.
 */
export async function sortedTaskIds(
  connection: Connection,
  { limit, offset, sortBy, descending = false }: OffsetRequest,
  scope: VisibleNamespaces,
): Promise<number[]> {
  const column = columnOf(TABLES.tasker_tasks.columns, sortBy) ?? "task_id";
  const direction = descending ? "desc" : "asc";
  const rows = await queryBuilder(connection)
    .selectFrom("tasker_tasks")
    .select("task_id")
    .where(visibleTo(scope))
    .orderBy(`tasker_tasks.${column}`, direction)
    .orderBy("task_id", direction)
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map((row) => row.task_id);
}

/** Ids of the steps of a task in the same way, by `workflow_step_id` unless told otherwise. */
export async function sortedStepIds(
  connection: Connection,
  taskId: number,
  { limit, offset, sortBy, descending = false }: OffsetRequest,
): Promise<number[]> {
  const column = columnOf(TABLES.tasker_workflow_steps.columns, sortBy) ?? "workflow_step_id";
  const direction = descending ? "desc" : "asc";
  const rows = await queryBuilder(connection)
    .selectFrom("tasker_workflow_steps")
    .select("workflow_step_id")
    .where("task_id", "=", taskId)
    .orderBy(`tasker_workflow_steps.${column}`, direction)
    .orderBy("workflow_step_id", direction)
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map((row) => row.workflow_step_id);
}

type Columns = (typeof TABLES)["tasker_tasks" | "tasker_workflow_steps"]["columns"];

/** The column of this name that may be sorted by: the order of values that are hidden would tell them. */
function columnOf<Known extends Columns>(columns: Known, name: string | undefined): (keyof Known & string) | null {
  const found = Object.entries(columns).find(([column, { sql }]) => column === name && !sql.startsWith("json"));
  return found === undefined ? null : (found[0] as keyof Known & string);
}
