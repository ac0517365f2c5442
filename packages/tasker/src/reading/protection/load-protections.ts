import type { Connection } from "../../database/database.ts";
import { array, int8, jsonb, nullable, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { type Protection, TaskProtection } from "./task-protection.ts";

/** What the values of tasks are sealed with, and what their templates hide. */
export const selectProtections = statement({
  name: "reading_protections",
  text: `
    select r.task_id, r.seal, d.definition -> 'redact' as redact
    from unnest($1::int8[]) as i(id)
    cross join lateral (select q.* from tasker_task_runs q where q.task_id = i.id limit 1) r
    left join tasker_definitions d on d.definition_hash = r.definition_hash`,
  parameters: [array(int8)],
  columns: { task_id: int8, seal: nullable(varchar), redact: nullable(jsonb) },
});

/** How the values of tasks are shown, by their ids; one statement. */
export async function loadProtections(
  connection: Connection,
  taskIds: Iterable<number>,
  protection: Protection,
): Promise<Map<number, TaskProtection>> {
  const ids = [...new Set(taskIds)];
  if (ids.length === 0) return new Map();
  const rows = new Map((await connection.run(selectProtections, [ids])).map((row) => [row.task_id, row]));
  const without = { seal: null, redact: null };
  return new Map(ids.map((id) => [id, new TaskProtection(protection, rows.get(id) ?? without)]));
}
