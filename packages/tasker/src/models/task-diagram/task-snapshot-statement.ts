import { int8, json, text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * What a diagram shows of a task in one row. `steps` has an array for each step by id: id, name, state, attempts, the
 * beginning of its error, and whether no edge leads to it from anywhere, which is how the view
 * `tasker_step_dag_relationships` defines a root. `edges` has an array for each edge that leaves one of them: from, to,
 * name.
 */
export const taskSnapshotStatement = statement({
  name: "diagram_task_snapshot",
  text: `
    with steps as materialized (
      select w.workflow_step_id as id, n.name, coalesce(x.to_state, 'pending') as state,
        coalesce(w.attempts, 0) as attempts,
        case when x.to_state = 'error' then left(coalesce(w.results ->> 'error', x.metadata ->> 'error_message'), 501)
        end as error
      from tasker_workflow_steps w
      join tasker_named_steps n on n.named_step_id = w.named_step_id
      left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
      where w.task_id = $1::int8
    )
    select t.task_id, n.name::text, coalesce(x.to_state, 'pending')::text as status, t.created_at,
      (
        select coalesce(json_agg(json_build_array(s.id, s.name, s.state, s.attempts, s.error, not exists (
          select from tasker_workflow_step_edges e where e.to_step_id = s.id)) order by s.id), '[]')
        from steps s
      ) as steps,
      (
        select coalesce(json_agg(json_build_array(e.from_step_id, e.to_step_id, e.name)
          order by e.from_step_id, e.to_step_id, e.id), '[]')
        from steps s join tasker_workflow_step_edges e on e.from_step_id = s.id
      ) as edges
    from tasker_tasks t
    join tasker_named_tasks n on n.named_task_id = t.named_task_id
    left join tasker_task_transitions x on x.task_id = t.task_id and x.most_recent
    where t.task_id = $1::int8`,
  parameters: [int8],
  columns: { task_id: int8, name: text, status: text, created_at: timestamp, steps: json, edges: json },
});
