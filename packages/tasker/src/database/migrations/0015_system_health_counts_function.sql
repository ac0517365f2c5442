-- made elsewhere if exists: get_system_health_counts_v01()
--
-- How many tasks and steps there are, and in which states: one row. Counted by state is what has a transition; a task or
-- step without any, although pending, is in the total alone.
create function get_system_health_counts_v01()
returns table (
  total_tasks bigint, pending_tasks bigint, in_progress_tasks bigint, complete_tasks bigint, error_tasks bigint,
  cancelled_tasks bigint, total_steps bigint, pending_steps bigint, in_progress_steps bigint, complete_steps bigint,
  error_steps bigint, retryable_error_steps bigint, exhausted_retry_steps bigint, in_backoff_steps bigint,
  active_connections bigint, max_connections bigint
)
language plpgsql stable
as $$
#variable_conflict use_column
begin
  return query
  select
    (select count(*) from tasker_tasks),
    tasks.pending, tasks.in_progress, tasks.complete, tasks.error, tasks.cancelled,
    (select count(*) from tasker_workflow_steps),
    steps.pending, steps.in_progress, steps.complete, steps.error,
    failed.retryable, failed.exhausted, failed.in_backoff,
    (
      select count(*) from pg_stat_activity session
      where session.datname = current_database() and session.state = 'active'
    ),
    coalesce(current_setting('max_connections', true)::bigint, 0)
  from (
    select count(*) filter (where latest.to_state = 'pending') as pending,
      count(*) filter (where latest.to_state = 'in_progress') as in_progress,
      count(*) filter (where latest.to_state = 'complete') as complete,
      count(*) filter (where latest.to_state = 'error') as error,
      count(*) filter (where latest.to_state = 'cancelled') as cancelled
    from tasker_task_transitions latest where latest.most_recent
  ) tasks
  cross join (
    select count(*) filter (where latest.to_state = 'pending') as pending,
      count(*) filter (where latest.to_state = 'in_progress') as in_progress,
      count(*) filter (where latest.to_state = 'complete') as complete,
      count(*) filter (where latest.to_state = 'error') as error
    from tasker_workflow_step_transitions latest where latest.most_recent
  ) steps
  cross join (
    select count(*) filter (where step.attempts < step.retry_limit and step.retryable) as retryable,
      count(*) filter (where step.attempts >= step.retry_limit) as exhausted,
      count(*) filter (
        where step.attempts < step.retry_limit and step.retryable and step.last_attempted_at is not null
      ) as in_backoff
    from tasker_workflow_step_transitions latest
    join tasker_workflow_steps step on step.workflow_step_id = latest.workflow_step_id
    where latest.most_recent and latest.to_state = 'error'
  ) failed;
end
$$;
