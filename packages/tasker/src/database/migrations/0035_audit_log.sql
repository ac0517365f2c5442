-- Who did what, when and from where. Rows have no foreign keys: they outlive what they speak of.

create table tasker_audit_log (
  id bigint generated always as identity primary key,
  at timestamp(6) not null,
  actor varchar(255) not null,
  actor_kind varchar(16) not null,
  -- By what way: cli, rest, library.
  source varchar(64) not null,
  -- Of the network; null: not by the network.
  address varchar(255),
  action varchar(64) not null,
  resource varchar(64) not null,
  resource_id varchar(255),
  namespace varchar(255),
  request_id varchar(255),
  details jsonb not null
);

create index tasker_audit_log_at on tasker_audit_log (at);
create index tasker_audit_log_actor on tasker_audit_log (actor, id);
create index tasker_audit_log_resource on tasker_audit_log (resource, resource_id, id);

-- Writes down an operator's action of 0021 or 0022 that was done; nothing for any other outcome. Called in the statement that
-- calls the action.
--   p_note    actor and reason
--   p_origin  action, resource, actor_kind, source, address, request_id
create function tasker_audit_action(
  p_outcome text, p_task_id bigint, p_step_id bigint, p_step_name varchar, p_new_task_id bigint, p_now timestamp,
  p_note jsonb, p_origin jsonb
) returns void
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  if p_outcome <> 'done' then
    return;
  end if;
  insert into tasker_audit_log
    (at, actor, actor_kind, source, address, action, resource, resource_id, namespace, request_id, details)
  select p_now, p_note ->> 'actor', p_origin ->> 'actor_kind', p_origin ->> 'source', p_origin ->> 'address',
    p_origin ->> 'action', p_origin ->> 'resource',
    case when p_origin ->> 'resource' = 'tasker.task' then p_task_id else p_step_id end, s.name, p_origin ->> 'request_id',
    jsonb_build_object('task_id', p_task_id, 'reason', p_note -> 'reason')
      || jsonb_strip_nulls(jsonb_build_object(
        'step_id', p_step_id, 'step_name', p_step_name, 'new_task_id', p_new_task_id))
  from tasker_tasks k
  cross join lateral (
    select n.task_namespace_id from tasker_named_tasks n where n.named_task_id = k.named_task_id limit 1
  ) n
  cross join lateral (
    select q.name from tasker_task_namespaces q where q.task_namespace_id = n.task_namespace_id limit 1
  ) s
  where k.task_id = p_task_id;
end
$$;
