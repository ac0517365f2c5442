-- made elsewhere if exists: get_slowest_steps_v01(timestamptz, integer, text, text, text)
--
-- The complete steps created after since_timestamp (default: in the last 24 hours) that took longest from their creation
-- to their completion, longest first. One difference from the reference's function: that one always fails, because
-- columns 9 and 10 are not of the types it declares.
create function get_slowest_steps_v01(
  since_timestamp timestamptz default null, limit_count integer default 10, namespace_filter text default null,
  task_name_filter text default null, version_filter text default null
)
returns table (
  workflow_step_id bigint, task_id bigint, step_name varchar, task_name varchar, namespace_name varchar,
  version varchar, duration_seconds numeric, attempts integer, created_at timestamptz, completed_at timestamptz,
  retryable boolean, step_status varchar
)
language plpgsql stable
as $$
#variable_conflict use_column
begin
  return query
  select step.workflow_step_id, step.task_id, step_kind.name, kind.name, namespace.name, kind.version,
    round(extract(epoch from latest.created_at - step.created_at), 3),
    step.attempts, step.created_at::timestamptz, latest.created_at::timestamptz, step.retryable, latest.to_state
  from tasker_workflow_steps step
  join tasker_workflow_step_transitions latest
    on latest.workflow_step_id = step.workflow_step_id and latest.most_recent
  join tasker_named_steps step_kind on step_kind.named_step_id = step.named_step_id
  join tasker_tasks task on task.task_id = step.task_id
  join tasker_named_tasks kind on kind.named_task_id = task.named_task_id
  join tasker_task_namespaces namespace on namespace.task_namespace_id = kind.task_namespace_id
  where step.created_at > coalesce(since_timestamp, now() - interval '24 hours')
    and latest.to_state = 'complete'
    and latest.created_at > step.created_at
    and (namespace_filter is null or namespace.name = namespace_filter)
    and (task_name_filter is null or kind.name = task_name_filter)
    and (version_filter is null or kind.version = version_filter)
  order by latest.created_at - step.created_at desc
  limit limit_count;
end
$$;
