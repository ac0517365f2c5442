import { sql } from "kysely";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import { TABLES } from "../../database/query/tables.ts";
import { visibleTo } from "../../models/task/scopes.ts";
import type { VisibleNamespaces } from "../../models/visible-namespaces.ts";

/** Paging as the reference has it. */
export interface OffsetRequest {
  readonly limit: number;
  readonly offset: number;
  /** A column of the table; of another name the default is taken, as the reference does. */
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
  const column = columnOf("tasker_tasks", sortBy) ?? "task_id";
  const direction = descending ? "desc" : "asc";
  const rows = await queryBuilder(connection)
    .selectFrom("tasker_tasks")
    .select("task_id")
    .where(visibleTo(scope))
    .orderBy(sortable(`tasker_tasks.${column}`, TABLES.tasker_tasks.columns), direction)
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
  const column = columnOf("tasker_workflow_steps", sortBy) ?? "workflow_step_id";
  const direction = descending ? "desc" : "asc";
  const rows = await queryBuilder(connection)
    .selectFrom("tasker_workflow_steps")
    .select("workflow_step_id")
    .where("task_id", "=", taskId)
    .orderBy(sortable(`tasker_workflow_steps.${column}`, TABLES.tasker_workflow_steps.columns), direction)
    .orderBy("workflow_step_id", direction)
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map((row) => row.workflow_step_id);
}

function columnOf(table: "tasker_tasks" | "tasker_workflow_steps", name: string | undefined): string | null {
  return name !== undefined && Object.hasOwn(TABLES[table].columns, name) ? name : null;
}

/** A column as something that has an order: `json` has none. */
function sortable(column: string, columns: Readonly<Record<string, { readonly sql: string }>>) {
  const [, name = ""] = column.split(".");
  return columns[name]?.sql === "json" ? sql`${sql.ref(column)}::text` : sql`${sql.ref(column)}`;
}
