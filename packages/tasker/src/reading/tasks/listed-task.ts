import { array, bool, int2, int4, int8, jsonb, nullable, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** Tasks of a list, with how many of their steps are done, in the order of the ids that are given. */
export const listedTasksStatement = statement({
  name: "reading_listed_tasks",
  text: `
    select t.task_id, s.name as namespace, n.name, n.version, coalesce(x.to_state, 'pending') as state, t.requested_at,
      x.created_at as changed_at, t.complete, t.initiator, t.source_system, t.reason, t.tags, r.correlation_id,
      coalesce(r.paused, false) as paused, coalesce(r.priority, 0::int2) as priority, r.parent_task_id, r.wake_at,
      c.steps, c.done_steps, c.failed_steps
    from unnest($1::int8[]) with ordinality as i(id, place)
    cross join lateral (select q.* from tasker_tasks q where q.task_id = i.id limit 1) t
    join tasker_named_tasks n on n.named_task_id = t.named_task_id
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    left join lateral (
      select y.to_state, y.created_at from tasker_task_transitions y where y.task_id = i.id and y.most_recent limit 1
    ) x on true
    left join lateral (select q.* from tasker_task_runs q where q.task_id = i.id limit 1) r on true
    cross join lateral (
      select count(*)::int4 as steps,
        (count(*) filter (where z.state in ('complete', 'resolved_manually')))::int4 as done_steps,
        (count(*) filter (where z.state = 'error'))::int4 as failed_steps
      from (
        select (
          select y.to_state from tasker_workflow_step_transitions y
          where y.workflow_step_id = w.workflow_step_id and y.most_recent limit 1
        ) as state
        from tasker_workflow_steps w where w.task_id = i.id offset 0
      ) z
    ) c
    order by i.place`,
  parameters: [array(int8)],
  columns: {
    task_id: int8,
    namespace: varchar,
    name: varchar,
    version: varchar,
    state: varchar,
    requested_at: timestamp,
    changed_at: nullable(timestamp),
    complete: bool,
    initiator: nullable(varchar),
    source_system: nullable(varchar),
    reason: nullable(varchar),
    tags: nullable(jsonb),
    correlation_id: nullable(varchar),
    paused: bool,
    priority: int2,
    parent_task_id: nullable(int8),
    wake_at: nullable(timestamp),
    steps: int4,
    done_steps: int4,
    failed_steps: int4,
  },
});

/** One task of a list. */
export type ListedTask = RowOf<(typeof listedTasksStatement)["columns"]>;
