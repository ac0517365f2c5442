-- What keeps each step of a task from running, one row a step: the rules behind the two functions that follow. In SQL, not
-- in PL/pgSQL, so that the planner puts it into their statements in place of the call.
--
-- Interface and answers are the reference engine's, with one difference: any number of attempts is answered, where the
-- reference's functions fail from 44 on for a step in error.
--
-- Everything is looked up from the step by an index, so that neither old statistics nor a plan made for another task
-- can turn the cost from linear to quadratic.
create function tasker_step_readiness(input_task_id bigint)
returns table (
  workflow_step_id bigint, task_id bigint, named_step_id integer, name text, current_state text,
  dependencies_satisfied boolean, retry_eligible boolean, ready_for_execution boolean,
  last_failure_at timestamp, next_retry_at timestamp, total_parents integer, completed_parents integer,
  attempts integer, retry_limit integer, backoff_request_seconds integer, last_attempted_at timestamp
)
language sql stable
as $$
  select step.workflow_step_id, step.task_id, step.named_step_id, kind.name::text,
    coalesce(latest.to_state, 'pending')::text,
    parents.satisfied = parents.total,
    coalesce(step.attempts, 0) < coalesce(step.retry_limit, 3),
    coalesce(latest.to_state, 'pending') in ('pending', 'error')
      and not step.processed
      and not step.in_process
      and step.retryable
      and parents.satisfied = parents.total
      and coalesce(step.attempts, 0) < coalesce(step.retry_limit, 3)
      and (backoff.requested_until is null or backoff.requested_until <= now())
      and (backoff.failure_until is null or backoff.failure_until <= now()),
    latest.failed_at,
    coalesce(backoff.requested_until, backoff.failure_until),
    parents.total, parents.satisfied,
    coalesce(step.attempts, 0), coalesce(step.retry_limit, 3),
    step.backoff_request_seconds, step.last_attempted_at
  from tasker_workflow_steps step
  -- every step has a kind; as a left join it costs nothing where the name is not asked for
  left join tasker_named_steps kind on kind.named_step_id = step.named_step_id
  left join lateral (
    select own.to_state, case when own.to_state = 'error' then own.created_at end as failed_at
    from tasker_workflow_step_transitions own
    where own.workflow_step_id = step.workflow_step_id and own.most_recent
    limit 1
  ) latest on true
  cross join lateral (
    select count(*)::integer as total,
      count(*) filter (where (
        select parent.to_state in ('complete', 'resolved_manually')
        from tasker_workflow_step_transitions parent
        where parent.workflow_step_id = edge.from_step_id and parent.most_recent
        limit 1
      ))::integer as satisfied
    from tasker_workflow_step_edges edge
    where edge.to_step_id = step.workflow_step_id
  ) parents
  cross join lateral (
    select step.last_attempted_at + make_interval(secs => step.backoff_request_seconds) as requested_until,
      -- 2 to the power of the attempts, at most 30 seconds. The exponent stays within what changes the result: 5 gives
      -- more than the most, and -30 less than a microsecond.
      latest.failed_at
        + make_interval(secs => least(power(2, greatest(least(coalesce(step.attempts, 1), 5), -30)), 30)) as failure_until
  ) backoff
  where step.task_id = input_task_id
$$;
