-- made elsewhere if exists: get_step_readiness_status(bigint, bigint[])
--
-- The readiness of a task's steps, or of those of them that are named, in no stated order. An empty list names none.
create function get_step_readiness_status(input_task_id bigint, step_ids bigint[] default null)
returns table (
  workflow_step_id bigint, task_id bigint, named_step_id integer, name text, current_state text,
  dependencies_satisfied boolean, retry_eligible boolean, ready_for_execution boolean,
  last_failure_at timestamp, next_retry_at timestamp, total_parents integer, completed_parents integer,
  attempts integer, retry_limit integer, backoff_request_seconds integer, last_attempted_at timestamp
)
language plpgsql stable
as $$
begin
  return query
  select readiness.*
  from tasker_step_readiness(input_task_id) readiness
  where step_ids is null or readiness.workflow_step_id in (select unnest(step_ids));
end
$$;
