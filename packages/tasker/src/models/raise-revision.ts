import type { Connection } from "../database/database.ts";
import { array, int8 } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";

/** Locks the run rows of tasks in the order of their ids, raises their revisions and marks them for their owners. */
export const raiseRevisions = statement({
  name: "raise_revisions",
  text: `
    with locked as (
      select r.task_id from tasker_task_runs r where r.task_id = any($1) order by r.task_id for no key update
    )
    update tasker_task_runs r set revision = r.revision + 1, dirty = r.owner_id <> 0
    from locked l where r.task_id = l.task_id`,
  parameters: [array(int8)],
  columns: {},
});

/**
 * Tells the process that runs these tasks that somebody else changes their steps or edges: what it has in memory is no
 * longer right, its next commit is refused and it loads them again. Holds it off until the transaction ends. Tasks that
 * no engine knows have no run row and are passed over. Call it before the change, inside its transaction.
 */
export async function raiseRevision(transaction: Connection, taskIds: Iterable<number>): Promise<void> {
  const tasks = [...new Set(taskIds)];
  if (tasks.length > 0) await transaction.run(raiseRevisions, [tasks]);
}
