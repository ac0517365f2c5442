-- made elsewhere if exists: get_slowest_tasks_v01(timestamptz, integer, text, text, text)
--
-- The tasks created after since_timestamp (default: in the last 24 hours) that took longest, longest first. A task
-- takes from its creation until the last of its steps that is complete or in error came to that; tasks without such a step
-- are left out. Two differences from the reference's function: that one always fails, because columns 9 and 10 are not of
-- the types it declares; and its counts of steps are counts of transitions.
create function get_slowest_tasks_v01(
  since_timestamp timestamptz default null, limit_count integer default 10, namespace_filter text default null,
  task_name_filter text default null, version_filter text default null
)
returns table (
  task_id bigint, task_name varchar, namespace_name varchar, version varchar, duration_seconds numeric,
  step_count bigint, completed_steps bigint, error_steps bigint, created_at timestamptz, completed_at timestamptz,
  initiator varchar, source_system varchar
)
language plpgsql stable
as $$
#variable_conflict use_column
begin
  return query
  with finished as (
    select task.task_id, task.created_at, task.initiator, task.source_system,
      kind.name as task_name, namespace.name as namespace_name, kind.version,
      count(*) as steps,
      count(*) filter (where latest.to_state = 'complete') as complete,
      count(*) filter (where latest.to_state = 'error') as error,
      max(latest.created_at) filter (where latest.to_state in ('complete', 'error')) as completed_at
    from tasker_tasks task
    join tasker_named_tasks kind on kind.named_task_id = task.named_task_id
    join tasker_task_namespaces namespace on namespace.task_namespace_id = kind.task_namespace_id
    join tasker_workflow_steps step on step.task_id = task.task_id
    left join tasker_workflow_step_transitions latest
      on latest.workflow_step_id = step.workflow_step_id and latest.most_recent
    where task.created_at > coalesce(since_timestamp, now() - interval '24 hours')
      and (namespace_filter is null or namespace.name = namespace_filter)
      and (task_name_filter is null or kind.name = task_name_filter)
      and (version_filter is null or kind.version = version_filter)
    group by task.task_id, kind.named_task_id, namespace.task_namespace_id
  )
  select finished.task_id, finished.task_name, finished.namespace_name, finished.version,
    round(extract(epoch from finished.completed_at - finished.created_at), 3),
    finished.steps, finished.complete, finished.error,
    finished.created_at::timestamptz, finished.completed_at::timestamptz, finished.initiator, finished.source_system
  from finished
  where finished.completed_at is not null
  order by finished.completed_at - finished.created_at desc
  limit limit_count;
end
$$;
