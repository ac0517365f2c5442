import { DatabaseStatementError } from "../../errors/index.ts";
import type { Database } from "../database.ts";
import { text } from "../sql-type.ts";
import { statement } from "../statement.ts";
import { retentionTransaction } from "./retention-settings.ts";

/** Tables of tasks that have rows and were empty when they were analysed. */
export const believedEmptyStatement = statement({
  name: "retention_believed_empty",
  text: `
    select c.relname::text as name from pg_class c
    where c.relkind = 'r' and c.reltuples = 0 and pg_relation_size(c.oid) > 0
      and c.oid in ('tasker_tasks'::regclass, 'tasker_task_transitions'::regclass, 'tasker_task_annotations'::regclass,
        'tasker_task_runs'::regclass, 'tasker_workflow_steps'::regclass, 'tasker_workflow_step_edges'::regclass,
        'tasker_workflow_step_transitions'::regclass)`,
  parameters: [],
  columns: { name: text },
});

/**
 * Analyses the tables that PostgreSQL believes to be empty. In an index of such a table, all look-ups seem to cost the
 * same, by its first column or by any other; also those of the foreign-key checks, which no setting of ours reaches. A
 * table that was never analysed is estimated by its size, and one that autovacuum keeps up is left alone. Blocks nobody,
 * and waits for nobody: a table that is just being vacuumed is analysed by that.
 */
export async function correctStatistics(database: Database): Promise<void> {
  for (const { name } of await database.run(believedEmptyStatement, [])) {
    try {
      await retentionTransaction(database, (transaction) => transaction.execute(`analyze ${name}`));
    } catch (error) {
      if (!(error instanceof DatabaseStatementError && error.context.sqlstate === "55P03")) throw error;
    }
  }
}
