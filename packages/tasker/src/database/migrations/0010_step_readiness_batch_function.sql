-- made elsewhere if exists: get_step_readiness_status_batch(bigint[])
--
-- The readiness of all steps of several tasks, in no stated order. A task named twice is answered once. The offset keeps
-- the planner from joining: each task is looked up by an index, whatever the statistics say. The array hides from it how
-- many tasks there are: it would have the plan for a thousand compiled, which takes ten times as long as running it.
create function get_step_readiness_status_batch(input_task_ids bigint[])
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
  from unnest(array(select distinct unnest(input_task_ids))) as asked (id)
  cross join lateral (select * from tasker_step_readiness(asked.id) offset 0) readiness;
end
$$;
