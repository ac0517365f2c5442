import type { Connection } from "../../database/database.ts";
import { array, int4, nullable, text } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { ScopedFilter } from "./task-filter.ts";

/** Named tasks by namespace, name and version; null parameters filter nothing. */
export const findKindsStatement = statement({
  name: "reading_find_kinds",
  text: `
    select n.named_task_id from tasker_named_tasks n
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    where ($1::text[] is null or s.name = any($1)) and ($2::text[] is null or s.name = any($2))
      and ($3::text is null or n.name = $3) and ($4::text is null or n.version = $4)
    order by n.named_task_id`,
  parameters: [nullable(array(text)), nullable(array(text)), nullable(text), nullable(text)],
  columns: { named_task_id: int4 },
});

/** The named tasks that a filter and a scope allow; null: all of them. */
export async function findKinds(connection: Connection, filter: ScopedFilter): Promise<number[] | null> {
  const { scope, namespaces = null, name = null, version = null } = filter;
  if (scope === "all" && namespaces === null && name === null && version === null) return null;
  const rows = await connection.run(findKindsStatement, [scope === "all" ? null : scope, namespaces, name, version]);
  return rows.map((row) => row.named_task_id);
}
