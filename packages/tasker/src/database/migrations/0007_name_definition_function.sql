-- Finds or makes the rows that name a definition: namespace, named task, dependent systems, named steps and their links.
-- Looks before it inserts, because an insert that runs into a conflict uses up a value of a 32-bit sequence.
--   p_steps [{n: name, d: description, sys: dependent system, y: retryable, l: retry limit, k: skippable}]
create function tasker_name_definition(
  p_now timestamp, p_hash varchar, p_definition jsonb, p_namespace varchar, p_name varchar, p_version varchar,
  p_description varchar, p_steps json
) returns table (task_namespace_id integer, named_task_id integer, named_step_ids integer[])
language plpgsql
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  c_lock constant bigint := hashtextextended('tasker_name_definition', 0);
  v_namespace integer;
  v_task integer;
  v_steps integer[];
begin
  -- Whoever names something new does so one at a time: two transactions that name several definitions in different orders would
  -- otherwise wait for each other.
  if not exists (select from tasker_definitions d where d.definition_hash = p_hash) then
    perform pg_advisory_xact_lock(c_lock);
  end if;
  insert into tasker_definitions (definition_hash, namespace, name, version, definition, created_at)
  values (p_hash, p_namespace, p_name, p_version, p_definition, p_now) on conflict do nothing;

  select n.task_namespace_id into v_namespace from tasker_task_namespaces n where n.name = p_namespace;
  if v_namespace is null then
    insert into tasker_task_namespaces (name, created_at, updated_at) values (p_namespace, p_now, p_now)
    on conflict do nothing;
    select n.task_namespace_id into v_namespace from tasker_task_namespaces n where n.name = p_namespace;
  end if;

  select t.named_task_id into v_task from tasker_named_tasks t
  where t.task_namespace_id = v_namespace and t.name = p_name and t.version = p_version;
  if v_task is null then
    insert into tasker_named_tasks (name, description, task_namespace_id, version, created_at, updated_at)
    values (p_name, p_description, v_namespace, p_version, p_now, p_now) on conflict do nothing;
    select t.named_task_id into v_task from tasker_named_tasks t
    where t.task_namespace_id = v_namespace and t.name = p_name and t.version = p_version;
  end if;

  insert into tasker_dependent_systems (name, created_at, updated_at)
  select distinct q.sys, p_now, p_now from json_to_recordset(p_steps) as q(sys varchar)
  where not exists (select from tasker_dependent_systems d where d.name = q.sys)
  order by q.sys on conflict do nothing;

  insert into tasker_named_steps (dependent_system_id, name, description, created_at, updated_at)
  select d.dependent_system_id, q.n, q.d, p_now, p_now
  from json_to_recordset(p_steps) as q(n varchar, d varchar, sys varchar)
  join tasker_dependent_systems d on d.name = q.sys
  where not exists (
    select from tasker_named_steps s where s.dependent_system_id = d.dependent_system_id and s.name = q.n
  )
  order by d.dependent_system_id, q.n on conflict do nothing;

  select array_agg(s.named_step_id order by q.o) into v_steps
  from rows from (json_to_recordset(p_steps) as (n varchar, sys varchar)) with ordinality as q(n, sys, o)
  join tasker_dependent_systems d on d.name = q.sys
  join tasker_named_steps s on s.dependent_system_id = d.dependent_system_id and s.name = q.n;

  insert into tasker_named_tasks_named_steps
    (named_task_id, named_step_id, skippable, default_retryable, default_retry_limit, created_at, updated_at)
  select v_task, v_steps[q.o], q.k, q.y, q.l, p_now, p_now
  from rows from (json_to_recordset(p_steps) as (y boolean, l integer, k boolean)) with ordinality as q(y, l, k, o)
  where not exists (
    select from tasker_named_tasks_named_steps j where j.named_task_id = v_task and j.named_step_id = v_steps[q.o]
  )
  order by v_steps[q.o] on conflict do nothing;

  return query select v_namespace, v_task, v_steps;
end
$$;
