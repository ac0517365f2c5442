import type { NamespaceScope } from "../../auth/principal.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import { InvalidRequestError } from "../../errors/index.ts";
import type { Scope } from "../../models/scope.ts";
import * as Task from "../../models/task/task.ts";
import type { GraphqlContext } from "../context.ts";
import { pageSize } from "../relay/connection.ts";
import type { TaskSource } from "../sources.ts";

/** Arguments of every list of tasks. */
export interface TaskListArgs {
  readonly limit?: number | null;
  readonly offset?: number | null;
  readonly sortBy?: string | null;
  readonly sortOrder?: string | null;
}

/** How a list of tasks declares {@link TaskListArgs}. */
export const TASK_LIST_ARGS = `limit: Int = 20, offset: Int = 0, sortBy: String = "requested_at", sortOrder: String = "desc"`;

/** Columns that tasks can be sorted by. What their contexts hold is not for everybody, so nothing is sorted by it. */
const SORTABLE = [
  "task_id",
  "named_task_id",
  "complete",
  "requested_at",
  "initiator",
  "source_system",
  "reason",
  "identity_hash",
  "created_at",
  "updated_at",
] as const;

/**
 * Reads a list of tasks, within the namespaces that it must be limited to.
 * @param fits a condition besides
 * @throws InvalidRequestError
 */
export async function listTasks(
  { database, limits, loaders }: GraphqlContext,
  scope: NamespaceScope,
  { limit, offset, sortBy, sortOrder }: TaskListArgs,
  fits: Scope<"tasker_tasks"> = (eb) => eb.lit(true),
): Promise<TaskSource[]> {
  const column = sortColumn(sortBy ?? "requested_at");
  const direction = sortOrder?.toLowerCase() === "desc" ? "desc" : "asc";
  const rows = await queryBuilder(database)
    .selectFrom("tasker_tasks")
    .select("task_id")
    .where(Task.visibleTo(scope))
    .where(fits)
    .orderBy(column, direction)
    .orderBy("task_id", direction)
    .limit(pageSize("limit", limit ?? 20, limits.maxPageSize))
    .offset(checkOffset(offset ?? 0, limits.maxOffset))
    .execute();
  const tasks = await Promise.all(rows.map(({ task_id }) => loaders.tasks.load(task_id)));
  return tasks.filter((task) => task !== null);
}

/** An order that there is not is that of creation, as in the reference. Names may be in camelCase, too. */
function sortColumn(name: string): (typeof SORTABLE)[number] {
  const asked = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return SORTABLE.find((column) => column === asked) ?? "created_at";
}

/** @throws InvalidRequestError for one that cannot be, or lies too far on */
export function checkOffset(value: number, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  const expected = `a whole number from 0 to ${most}; what lies further on is reached by a connection`;
  throw new InvalidRequestError(`offset is ${value}, expected ${expected}`, {
    context: { field: "offset", value, expected },
  });
}
