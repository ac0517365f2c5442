-- made elsewhere if exists: get_analytics_metrics_v01(timestamptz)
--
-- Throughput, completion and durations of the tasks created after since_timestamp (default: in the last hour), one row.
-- Health looks at the last hour, whatever the argument. All but the throughput comes from the steps: a task counts as
-- completed, or as failed, if one of its steps is, and may be both.
create function get_analytics_metrics_v01(since_timestamp timestamptz default null)
returns table (
  active_tasks_count bigint, total_namespaces_count bigint, unique_task_types_count bigint, system_health_score numeric,
  task_throughput bigint, completion_count bigint, error_count bigint, completion_rate numeric, error_rate numeric,
  avg_task_duration numeric, avg_step_duration numeric, step_throughput bigint, analysis_period_start timestamptz,
  calculated_at timestamptz
)
language plpgsql stable
as $$
#variable_conflict use_column
declare
  period_start constant timestamptz := coalesce(since_timestamp, now() - interval '1 hour');
  recent_start constant timestamptz := now() - interval '1 hour';
begin
  return query
  with looked_at as (
    select task.task_id, task.created_at > period_start as in_period, task.created_at > recent_start as is_recent,
      count(step.workflow_step_id) as steps,
      coalesce(bool_or(latest.to_state = 'complete'), false) as has_complete,
      coalesce(bool_or(latest.to_state = 'error'), false) as has_error,
      count(*) filter (where latest.to_state = 'complete') as completed,
      sum(extract(epoch from latest.created_at - task.created_at)) filter (where latest.to_state = 'complete') as from_task,
      sum(extract(epoch from latest.created_at - step.created_at)) filter (where latest.to_state = 'complete') as from_step
    from tasker_tasks task
    left join tasker_workflow_steps step on step.task_id = task.task_id
    left join tasker_workflow_step_transitions latest
      on latest.workflow_step_id = step.workflow_step_id and latest.most_recent
    where task.created_at > least(period_start, recent_start)
    group by task.task_id
  ),
  totals as (
    select
      count(*) filter (where is_recent and has_complete) as recent_complete,
      count(*) filter (where is_recent and has_error) as recent_error,
      count(*) filter (where in_period) as tasks,
      count(*) filter (where in_period and has_complete) as complete,
      count(*) filter (where in_period and has_error) as error,
      coalesce(sum(steps) filter (where in_period), 0)::bigint as steps,
      sum(completed) filter (where in_period) as completed_steps,
      sum(from_task) filter (where in_period) as from_task,
      sum(from_step) filter (where in_period) as from_step
    from looked_at
  )
  select
    (
      select count(distinct step.task_id)
      from tasker_workflow_step_transitions latest
      join tasker_workflow_steps step on step.workflow_step_id = latest.workflow_step_id
      where latest.most_recent and latest.to_state not in ('complete', 'error', 'skipped', 'resolved_manually')
    ),
    used.namespaces, used.task_types,
    case
      when totals.recent_complete + totals.recent_error > 0
      then round(totals.recent_complete::numeric / (totals.recent_complete + totals.recent_error), 3)
      else 1.0
    end,
    totals.tasks, totals.complete, totals.error,
    case when totals.tasks > 0 then round(totals.complete::numeric / totals.tasks * 100, 2) else 0.0 end,
    case when totals.tasks > 0 then round(totals.error::numeric / totals.tasks * 100, 2) else 0.0 end,
    round(coalesce(totals.from_task / nullif(totals.completed_steps, 0), 0), 3),
    round(coalesce(totals.from_step / nullif(totals.completed_steps, 0), 0), 3),
    totals.steps, period_start, now()
  from totals
  cross join (
    select count(distinct kind.task_namespace_id) as namespaces, count(distinct kind.name) as task_types
    from tasker_named_tasks kind
    where exists (select from tasker_tasks task where task.named_task_id = kind.named_task_id)
  ) used;
end
$$;
