import type { Connection } from "./database.ts";
import { nullable, text } from "./sql-type.ts";
import { statement } from "./statement.ts";

/** The schema on the search path that has Tasker's tables; without any the one that new tables go to; null: none. */
export const selectSchema = statement({
  name: "schema_find",
  text: `
    select coalesce(
      (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.oid = coalesce(to_regclass('tasker_tasks'), to_regclass('tasker_migrations'))),
      current_schema())::text as schema`,
  parameters: [],
  columns: { schema: nullable(text) },
});

/** Name of the schema that has Tasker's tables, or would get them; null if the search path names none that exists. */
export async function findSchema(connection: Connection): Promise<string | null> {
  const [found] = await connection.run(selectSchema, []);
  return found?.schema ?? null;
}
