import type { SelectQueryBuilder } from "kysely";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { TaskerTables } from "../../database/query/tables.ts";

/**
 * How many names of named tasks there are among the tasks of a query, such as
 * `queryBuilder(database).selectFrom("tasker_tasks").where(active)`. One name in two namespaces or versions counts once.
 * What the query selects does not matter; its order and limit do.
 */
export async function uniqueTaskTypesCount<O>(
  connection: Connection,
  query: SelectQueryBuilder<TaskerTables, "tasker_tasks", O>,
): Promise<number> {
  const counted = await queryBuilder(connection)
    .selectFrom(query.clearSelect().select("tasker_tasks.named_task_id").as("task"))
    .innerJoin("tasker_named_tasks as named", "named.named_task_id", "task.named_task_id")
    .select(({ fn }) => fn.count<number>("named.name").distinct().as("names"))
    .executeTakeFirstOrThrow();
  return counted.names;
}
