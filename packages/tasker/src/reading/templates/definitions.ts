import type { Connection } from "../../database/database.ts";
import { jsonb, text, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

const COLUMNS = {
  definition_hash: varchar,
  namespace: varchar,
  name: varchar,
  version: varchar,
  definition: jsonb,
  created_at: timestamp,
};

/** A definition by its hash. */
export const selectDefinition = statement({
  name: "reading_definition",
  text: `
    select d.definition_hash, d.namespace, d.name, d.version, d.definition, d.created_at
    from tasker_definitions d where d.definition_hash = $1`,
  parameters: [text],
  columns: COLUMNS,
});

/** The definitions that were submitted under one version of a template, the last one first. */
export const selectDefinitionsOfVersion = statement({
  name: "reading_definitions_of_version",
  text: `
    select d.definition_hash, d.namespace, d.name, d.version, d.definition, d.created_at
    from tasker_definitions d where d.namespace = $1 and d.name = $2 and d.version = $3
    order by d.created_at desc, d.definition_hash limit 100`,
  parameters: [text, text, text],
  columns: COLUMNS,
});

/** A definition as it is stored: a template in the keys of YAML, with every default written out. */
export type ReadDefinition = RowOf<typeof COLUMNS>;

/** The definition with this hash, whose namespace says who may see it; null if there is none. */
export async function readDefinition(connection: Connection, hash: string): Promise<ReadDefinition | null> {
  const [row] = await connection.run(selectDefinition, [hash]);
  return row ?? null;
}
