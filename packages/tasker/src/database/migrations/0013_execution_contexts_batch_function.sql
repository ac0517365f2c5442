-- made elsewhere if exists: get_task_execution_contexts_batch(bigint[])
--
-- The execution context of several tasks, by task id. A task named twice is answered twice. Offset and array are there for
-- the same reasons as in the function for the readiness of several tasks.
create function get_task_execution_contexts_batch(input_task_ids bigint[])
returns table (
  task_id bigint, named_task_id integer, status text, total_steps bigint, pending_steps bigint, in_progress_steps bigint,
  completed_steps bigint, failed_steps bigint, ready_steps bigint, execution_status text, recommended_action text,
  completion_percentage numeric, health_status text
)
language plpgsql stable
as $$
begin
  return query
  select context.*
  from unnest(array(select unnest(input_task_ids))) as asked (id)
  cross join lateral (select * from tasker_execution_context(asked.id) offset 0) context
  order by context.task_id;
end
$$;
