import { int4, int8, nullable, text, timestamp } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** A page of tasks, newest first, with how many of their steps are done. Null parameters filter nothing. */
export const listTasksStatement = statement({
  name: "cli_list_tasks",
  text: `
    with page as (
      select t.task_id, t.requested_at, n.name, n.version, s.name as namespace,
        coalesce(x.to_state, 'pending') as state, x.created_at as changed_at
      from tasker_tasks t
      join tasker_named_tasks n on n.named_task_id = t.named_task_id
      join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
      left join tasker_task_transitions x on x.task_id = t.task_id and x.most_recent
      where ($1::int8 is null or t.task_id < $1::int8)
        and ($2::text is null or coalesce(x.to_state, 'pending') = $2::text)
        and ($3::text is null or n.name = $3::text)
        and ($4::text is null or s.name = $4::text)
      order by t.task_id desc
      limit $5::int4
    )
    select p.task_id, p.namespace::text, p.name::text, p.version::text, p.state::text, p.requested_at, p.changed_at,
      c.steps, c.done_steps, c.failed_steps
    from page p
    cross join lateral (
      select count(*)::int4 as steps,
        (count(*) filter (where x.to_state in ('complete', 'resolved_manually')))::int4 as done_steps,
        (count(*) filter (where x.to_state = 'error'))::int4 as failed_steps
      from tasker_workflow_steps w
      left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
      where w.task_id = p.task_id
    ) c
    order by p.task_id desc`,
  parameters: [nullable(int8), nullable(text), nullable(text), nullable(text), int4],
  columns: {
    task_id: int8,
    namespace: text,
    name: text,
    version: text,
    state: text,
    requested_at: timestamp,
    changed_at: nullable(timestamp),
    steps: int4,
    done_steps: int4,
    failed_steps: int4,
  },
});

/** One task of a page. */
export type ListedTask = RowOf<(typeof listTasksStatement)["columns"]>;
