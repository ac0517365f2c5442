-- made elsewhere if exists: get_task_execution_context(bigint)
--
-- The execution context of one task: one row, none for a task that does not exist.
create function get_task_execution_context(input_task_id bigint)
returns table (
  task_id bigint, named_task_id integer, status text, total_steps bigint, pending_steps bigint, in_progress_steps bigint,
  completed_steps bigint, failed_steps bigint, ready_steps bigint, execution_status text, recommended_action text,
  completion_percentage numeric, health_status text
)
language plpgsql stable
as $$
begin
  return query select context.* from tasker_execution_context(input_task_id) context;
end
$$;
