import type { Connection } from "../../database/database.ts";
import { int4, int8, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import { decodeCursor } from "../paging/cursor.ts";
import { IdKey, type Page, type PageRequest, pageLimit, pageOf } from "../paging/page.ts";

/** What operators did to a task, after one of them. */
export const selectActions = statement({
  name: "reading_actions",
  text: `
    select a.action_id, a.workflow_step_id as step_id, (
        select n.name from tasker_workflow_steps w join tasker_named_steps n on n.named_step_id = w.named_step_id
        where w.workflow_step_id = a.workflow_step_id
      ) as step_name, a.action, a.actor, a.reason, a.details, a.created_at as at
    from tasker_operator_actions a where a.task_id = $1 and a.action_id > $2
    order by a.action_id limit $3::int4`,
  parameters: [int8, int8, int4],
  columns: {
    action_id: int8,
    step_id: nullable(int8),
    step_name: nullable(varchar),
    action: varchar,
    actor: varchar,
    reason: text,
    details: jsonb,
    at: timestamp,
  },
});

/** Something that an operator did to a task, or to one of its steps. */
export type ReadAction = RowOf<(typeof selectActions)["columns"]>;

/** A page of what operators did to a task, the oldest first. @throws InvalidRequestError */
export async function readActionPage(
  connection: Connection,
  taskId: number,
  request: PageRequest,
): Promise<Page<ReadAction>> {
  const limit = pageLimit(request);
  const list = `actions:${taskId}`;
  const [after] = request.cursor === undefined ? [0] : decodeCursor(list, IdKey, request.cursor);
  const rows = await connection.run(selectActions, [taskId, after, limit + 1]);
  return pageOf(list, rows, limit, (row) => [row.action_id]);
}
