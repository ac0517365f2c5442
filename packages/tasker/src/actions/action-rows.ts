import { bool, int4, int8, jsonb, nullable, text, timestamp, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";

/**
 * The transition rows that an action has written, in their order: to task `$1`, and, if `$2`, to the tasks below it (below its
 * step `$3`, unless that is null). They have a `seq` from `$4` to `$5`, and name the action `$6`.
 */
export const readActionRows = statement({
  name: "read_action_rows",
  text: `
    with recursive family as (
      select $1::int8 as id
      union
      select r.task_id from family f
      join tasker_task_runs r on r.parent_task_id = f.id and (f.id <> $1 or $3::int8 is null or r.parent_step_id = $3)
      where $2
    ), written as (
      select f.id as task_id, null::int8 as step_id, null::varchar as step_name, y.from_state, y.to_state, y.sort_key,
        y.metadata, y.created_at
      from family f join tasker_task_transitions y on y.task_id = f.id
      union all
      select f.id, w.workflow_step_id, n.name, y.from_state, y.to_state, y.sort_key, y.metadata, y.created_at
      from family f
      join tasker_workflow_steps w on w.task_id = f.id
      join tasker_named_steps n on n.named_step_id = w.named_step_id
      join tasker_workflow_step_transitions y on y.workflow_step_id = w.workflow_step_id
    )
    select w.* from written w
    where w.metadata ->> 'writer' = '0' and w.metadata ->> 'action' = $6
      and (w.metadata ->> 'seq')::int8 between $4 and $5
    order by (w.metadata ->> 'seq')::int8`,
  parameters: [int8, bool, nullable(int8), int8, int8, text],
  columns: {
    task_id: int8,
    step_id: nullable(int8),
    step_name: nullable(varchar),
    from_state: nullable(varchar),
    to_state: varchar,
    sort_key: int4,
    metadata: nullable(jsonb),
    created_at: timestamp,
  },
});
