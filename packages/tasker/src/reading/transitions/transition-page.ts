import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { bool, int4, int8, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import { type CursorKey, decodeCursor } from "../paging/cursor.ts";
import { momentKey } from "../paging/moment-key.ts";
import { type Page, type PageRequest, pageLimit, pageOf } from "../paging/page.ts";

/**
 * Transitions of a task and of its steps after one of them, by time. At one moment those of steps come first, in the order of
 * their ids, as the ids of the two tables cannot be compared.
 */
export const selectTransitions = statement({
  name: "reading_transitions",
  text: `
    select q.id, q.of_task, q.workflow_step_id, q.step_name, q.from_state, q.to_state, q.metadata, q.sort_key, q.created_at,
      q.created_at::text as key_at
    from (
      select y.id, true as of_task, null::int8 as workflow_step_id, null::varchar as step_name, y.from_state, y.to_state,
        y.metadata, y.sort_key, y.created_at
      from tasker_task_transitions y where y.task_id = $1
      union all
      select y.id, false, w.workflow_step_id, n.name, y.from_state, y.to_state, y.metadata, y.sort_key, y.created_at
      from tasker_workflow_steps w
      join tasker_named_steps n on n.named_step_id = w.named_step_id
      cross join lateral (
        select x.* from tasker_workflow_step_transitions x where x.workflow_step_id = w.workflow_step_id offset 0
      ) y
      where w.task_id = $1
    ) q
    where $2::text is null or (q.created_at, q.of_task, q.id) > ($2::timestamp, $3::bool, $4::int8)
    order by q.created_at, q.of_task, q.id
    limit $5::int4`,
  parameters: [int8, nullable(text), nullable(bool), nullable(int8), int4],
  columns: {
    id: int8,
    of_task: bool,
    workflow_step_id: nullable(int8),
    step_name: nullable(varchar),
    from_state: nullable(varchar),
    to_state: varchar,
    metadata: nullable(jsonb),
    sort_key: int4,
    created_at: timestamp,
    key_at: text,
  },
});

/** One move of a task, or of one of its steps. */
export type ReadTransition = Omit<RowOf<(typeof selectTransitions)["columns"]>, "key_at">;

const Key = z.tuple([momentKey, z.int().min(0).max(1), z.int().nonnegative()]);

/**
 * A page of the audit trail of a task, the oldest first; an empty one if there is no such task.
 * @throws InvalidRequestError
 */
export async function readTransitionPage(
  connection: Connection,
  taskId: number,
  request: PageRequest,
): Promise<Page<ReadTransition>> {
  const limit = pageLimit(request);
  const list = `transitions:${taskId}`;
  const [at, ofTask, id] = request.cursor === undefined ? [null, 0, null] : decodeCursor(list, Key, request.cursor);
  const found = await connection.run(selectTransitions, [taskId, at, ofTask === 1, id, limit + 1]);
  const { items, nextCursor } = pageOf(
    list,
    found,
    limit,
    (row): CursorKey => [row.key_at, row.of_task ? 1 : 0, row.id],
  );
  return { items: items.map(({ key_at: _, ...transition }) => transition), nextCursor };
}
