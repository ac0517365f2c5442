/** Of our indexes on the shared tables those that the reference has not. */
export const LIST_INDEXES = [
  "CREATE INDEX tasker_tasks_by_named_task ON public.tasker_tasks USING btree (named_task_id, task_id)",
  "CREATE INDEX tasker_task_transitions_ended ON public.tasker_task_transitions USING btree (to_state, task_id) WHERE (most_recent AND ((to_state)::text = ANY (ARRAY['error'::text, 'cancelled'::text, 'resolved_manually'::text])))",
];
