import { array, bool, int8, json, jsonb, nullable, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** Tasks as they are stored, with their names and current states, in the order of the ids that are given. */
export const selectTasks = statement({
  name: "reading_tasks",
  text: `
    select t.task_id, n.name, s.name as namespace, n.version, t.initiator, t.source_system, t.context, t.reason,
      t.bypass_steps, t.tags, t.requested_at, t.complete, coalesce(x.to_state, 'pending') as state
    from unnest($1::int8[]) with ordinality as i(id, place)
    cross join lateral (select q.* from tasker_tasks q where q.task_id = i.id limit 1) t
    join tasker_named_tasks n on n.named_task_id = t.named_task_id
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    left join lateral (
      select y.to_state from tasker_task_transitions y where y.task_id = i.id and y.most_recent limit 1
    ) x on true
    order by i.place`,
  parameters: [array(int8)],
  columns: {
    task_id: int8,
    name: varchar,
    namespace: varchar,
    version: varchar,
    initiator: nullable(varchar),
    source_system: nullable(varchar),
    context: nullable(jsonb),
    reason: nullable(varchar),
    bypass_steps: nullable(json),
    tags: nullable(jsonb),
    requested_at: timestamp,
    complete: bool,
    state: varchar,
  },
});

/** A task as it is stored, with its names and current state. */
export type TaskRow = RowOf<(typeof selectTasks)["columns"]>;
