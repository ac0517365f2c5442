import type { Connection } from "../database/database.ts";
import { array, jsonb, text, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { definitionFromDocument } from "../templates/definition-document.ts";
import type { CompiledDefinition, DefinitionCache } from "./compiled-definition.ts";
import type { LoadedTask } from "./load-tasks.ts";

/** Reads definitions by their hashes. */
export const loadDefinitions = statement({
  name: "load_definitions",
  text: "select definition_hash, definition from tasker_definitions where definition_hash = any($1)",
  parameters: [array(text)],
  columns: { definition_hash: varchar, definition: jsonb },
});

/** The definitions of some tasks by their hashes; for one that cannot be read, the error that says why. */
export async function fetchDefinitions(
  connection: Connection,
  cache: DefinitionCache,
  tasks: readonly LoadedTask[],
): Promise<ReadonlyMap<string, CompiledDefinition | Error>> {
  const found = new Map<string, CompiledDefinition | Error>();
  const missing = new Set<string>();
  for (const { definition_hash: hash } of tasks) {
    const known = cache.get(hash);
    if (known === undefined) missing.add(hash);
    else found.set(hash, known);
  }
  if (missing.size > 0) {
    for (const row of await connection.run(loadDefinitions, [[...missing]])) {
      found.set(row.definition_hash, compileDocument(cache, row.definition));
    }
  }
  return found;
}

function compileDocument(cache: DefinitionCache, document: unknown): CompiledDefinition | Error {
  try {
    return cache.compile(definitionFromDocument(document));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
