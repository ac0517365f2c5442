import { jsonb, text, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/** The definition that came last under a name; that of the task submitted last, where several came at one moment. */
export const latestDefinition = statement({
  name: "latest_definition",
  text: `
    select d.definition_hash, d.definition
    from tasker_definitions d
    where d.namespace = $1 and d.name = $2
    order by d.created_at desc, (
      select max(r.task_id) from tasker_task_runs r where r.definition_hash = d.definition_hash
    ) desc nulls last
    limit 1`,
  parameters: [text, text],
  columns: { definition_hash: varchar, definition: jsonb },
});
