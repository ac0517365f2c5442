import { sql } from "kysely";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { Fragment } from "./task-conditions.ts";
import { idsOf, type TaskSource } from "./task-source.ts";

/** Counts the tasks of a source that conditions fit. It looks at every one of them. */
export async function countTasks(
  connection: Connection,
  conditions: readonly Fragment[],
  { ranges }: TaskSource,
): Promise<number> {
  const from =
    ranges === null ? sql`tasker_tasks t` : sql`(${idsOf(ranges)}) i join tasker_tasks t on t.task_id = i.task_id`;
  const fits = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
  const { rows } = await sql<{ total: number }>`select count(*)::int8 as total from ${from} where ${fits}`.execute(
    queryBuilder(connection),
  );
  return rows[0]?.total ?? 0;
}
