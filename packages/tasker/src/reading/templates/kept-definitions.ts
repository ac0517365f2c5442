import type { Connection } from "../../database/database.ts";
import { int8, text, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** Tasks of a template that are not over, counted by the definition that they keep: all but that with the hash `$3`. */
export const selectKeptDefinitions = statement({
  name: "reading_kept_definitions",
  text: `
    select d.namespace, d.name, d.version, d.definition_hash as hash, count(*) as tasks
    from tasker_definitions d
    join tasker_task_runs r on r.definition_hash = d.definition_hash
    left join tasker_task_transitions x on x.task_id = r.task_id and x.most_recent
    where d.namespace = $1 and d.name = $2 and d.definition_hash <> $3
      and coalesce(x.to_state, 'pending') in ('pending', 'in_progress', 'error')
    group by d.definition_hash
    order by d.created_at desc, d.definition_hash limit 100`,
  parameters: [text, text, text],
  columns: { namespace: varchar, name: varchar, version: varchar, hash: varchar, tasks: int8 },
});

/** Tasks that keep a definition with which they began. */
export type KeptDefinition = RowOf<(typeof selectKeptDefinitions)["columns"]>;

/** The tasks of a template that are not over and go on by another definition than the one with this hash, at most a hundred of these. */
export function readKeptDefinitions(
  connection: Connection,
  { namespace, name, hash }: { readonly namespace: string; readonly name: string; readonly hash: string },
): Promise<KeptDefinition[]> {
  return connection.run(selectKeptDefinitions, [namespace, name, hash]);
}
