import type { Connection } from "../database/database.ts";
import { array, int4, json, jsonb, nullable, timestamp, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { definitionToDocument } from "../templates/definition-document.ts";
import type { CompiledDefinition } from "./compiled-definition.ts";

/** Finds or makes the rows that name a definition. */
export const nameDefinition = statement({
  name: "name_definition",
  text: `
    select task_namespace_id, named_task_id, named_step_ids
    from tasker_name_definition($1, $2, $3, $4, $5, $6, $7, $8)`,
  parameters: [timestamp, varchar, jsonb, varchar, varchar, varchar, nullable(varchar), json],
  columns: { task_namespace_id: int4, named_task_id: int4, named_step_ids: array(int4) },
});

/** Longest description that the shared tables hold. */
const DESCRIPTION_LENGTH = 255;

/** The ids under which a definition is known in the database. */
export interface DefinitionNames {
  readonly namespaceId: number;
  readonly namedTaskId: number;
  /** In the order of the definition's steps. */
  readonly namedStepIds: readonly number[];
}

/**
 * Finds the rows that name definitions and remembers their ids, so that a submit does not look for them again. Inside a
 * caller's transaction nothing is remembered: what it made may be rolled back.
 */
export class DefinitionNaming {
  /** Kept no longer than the definition itself: hooks can make any number of them. */
  readonly #known = new WeakMap<CompiledDefinition, DefinitionNames>();

  async find(
    connection: Connection,
    compiled: CompiledDefinition,
    now: Date,
    remember: boolean,
  ): Promise<DefinitionNames> {
    const known = this.#known.get(compiled);
    if (known !== undefined) return known;
    const { definition } = compiled;
    const steps = definition.steps.map((step) => ({
      n: step.name,
      d: step.description.slice(0, DESCRIPTION_LENGTH),
      sys: step.dependentSystem,
      y: step.retryable,
      l: step.retryLimit,
      k: step.skippable,
    }));
    const [row] = await connection.run(nameDefinition, [
      now,
      compiled.hash,
      JSON.stringify(definitionToDocument(definition)),
      definition.namespace,
      definition.name,
      definition.version,
      definition.description?.slice(0, DESCRIPTION_LENGTH) ?? null,
      JSON.stringify(steps),
    ]);
    if (row === undefined) throw new RangeError("tasker_name_definition gave no row");
    const names = {
      namespaceId: row.task_namespace_id,
      namedTaskId: row.named_task_id,
      namedStepIds: row.named_step_ids ?? [],
    };
    if (remember) this.#known.set(compiled, names);
    return names;
  }
}
