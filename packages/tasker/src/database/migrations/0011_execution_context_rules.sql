-- How far a task is and what should happen to it next: one row, none for a task that does not exist. The rules behind the
-- two functions that follow, in SQL for the same reason as those of readiness.
--
-- A step that is cancelled, or in a state that the engine does not know, is in none of the counts but the total.
create function tasker_execution_context(input_task_id bigint)
returns table (
  task_id bigint, named_task_id integer, status text, total_steps bigint, pending_steps bigint, in_progress_steps bigint,
  completed_steps bigint, failed_steps bigint, ready_steps bigint, execution_status text, recommended_action text,
  completion_percentage numeric, health_status text
)
language sql stable
as $$
  select task.task_id, task.named_task_id,
    coalesce((
      select latest.to_state from tasker_task_transitions latest
      where latest.task_id = task.task_id and latest.most_recent
      limit 1
    ), 'pending')::text,
    steps.total, steps.pending, steps.in_progress, steps.completed, steps.failed, steps.ready,
    case
      when steps.ready > 0 then 'has_ready_steps'
      when steps.in_progress > 0 then 'processing'
      when steps.exhausted > 0 then 'blocked_by_failures'
      when steps.total > 0 and steps.completed = steps.total then 'all_complete'
      else 'waiting_for_dependencies'
    end,
    case
      when steps.ready > 0 then 'execute_ready_steps'
      when steps.in_progress > 0 then 'wait_for_completion'
      when steps.exhausted > 0 then 'handle_failures'
      when steps.total > 0 and steps.completed = steps.total then 'finalize_task'
      else 'wait_for_dependencies'
    end,
    -- one decimal for a task without steps and two for others, as the reference's
    case when steps.total = 0 then 0.0 else round(steps.completed::numeric / steps.total * 100, 2) end,
    case
      when steps.failed = 0 then 'healthy'
      when steps.ready > 0 or steps.exhausted = 0 then 'recovering'
      else 'blocked'
    end
  from tasker_tasks task
  cross join lateral (
    select count(*) as total,
      count(*) filter (where step.current_state = 'pending') as pending,
      count(*) filter (where step.current_state = 'in_progress') as in_progress,
      count(*) filter (where step.current_state in ('complete', 'resolved_manually')) as completed,
      count(*) filter (where step.current_state = 'error') as failed,
      count(*) filter (where step.ready_for_execution) as ready,
      count(*) filter (where step.current_state = 'error' and step.attempts >= step.retry_limit) as exhausted
    from tasker_step_readiness(task.task_id) step
  ) steps
  where task.task_id = input_task_id
$$;
