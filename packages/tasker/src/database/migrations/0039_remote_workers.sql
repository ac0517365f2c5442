-- Programs in any language that run handlers: remote workers. They are rows of tasker_processes that own no tasks, and take
-- steps that were offered in a queue for the handlers that they have.

alter table tasker_processes
  add column kind varchar(16) not null default 'engine',
  -- What a remote worker says of itself; its release is in engine_version.
  add column name varchar(128),
  add column language varchar(64),
  -- The handlers that it has, the queues from which it takes, and in which namespaces; null: in all.
  add column handlers varchar(255)[] not null default '{}',
  add column queues varchar(64)[] not null default '{}',
  add column namespaces varchar(64)[],
  -- Who registered it: to others it is not known. Null: a program with an engine.
  add column principal text,
  add constraint known_kind check (kind = 'engine' or kind = 'worker');

-- Renews the lease of a remote worker, if a tenth of it has passed. Null: it is not registered, or was declared dead.
create function tasker_renew_worker(p_worker bigint) returns integer language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
declare
  v_now timestamp := clock_timestamp() at time zone 'UTC';
  v_lease integer;
  v_beat timestamp;
begin
  select p.lease_ms, p.heartbeat_at into v_lease, v_beat from tasker_processes p
  where p.process_id = p_worker and p.kind = 'worker' and p.stopped_at is null;
  if v_beat + v_lease * interval '0.1 millisecond' < v_now then
    update tasker_processes p
    set heartbeat_at = v_now, progress_at = v_now, expires_at = v_now + v_lease * interval '1 millisecond'
    where p.process_id = p_worker and p.stopped_at is null;
    if not found then
      return null;
    end if;
  end if;
  return v_lease;
end
$$;

-- The ids of namespaces; null for null.
create function tasker_namespace_ids(p_names varchar[]) returns integer[] language sql stable as $$
  select case when p_names is not null then (
    select coalesce(array_agg(n.task_namespace_id), '{}') from tasker_task_namespaces n where n.name = any(p_names)
  ) end
$$;

-- Starts attempts of steps whose offers the caller has locked, as those of a remote worker.
create function tasker_start_offers(
  p_worker bigint, p_lease integer, p_steps bigint[], p_nonces varchar[], p_now timestamp
) returns table (
  execution_id varchar, workflow_step_id bigint, task_id bigint, attempt integer, owner_id bigint, revision integer,
  started_at timestamp, deadline_at timestamp, progress jsonb, traceparent varchar, tracestate varchar
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  with taken as (
    delete from tasker_ready_steps o using unnest(p_steps, p_nonces) as i(id, nonce) where o.workflow_step_id = i.id
    returning o.*, i.nonce
  ), started as (
    insert into tasker_step_executions (execution_id, workflow_step_id, task_id, task_namespace_id, owner_id, epoch,
      attempt, process_id, nonce, state, started_at, deadline_at, heartbeat_at, silence_ms)
    select t.execution_id, t.workflow_step_id, t.task_id, t.task_namespace_id, t.owner_id, t.epoch, t.attempt, p_worker,
      t.nonce, 'running', p_now, p_now + t.timeout_ms * interval '1 millisecond', clock_timestamp() at time zone 'UTC',
      p_lease
    from taken t
    where exists (
      select from tasker_workflow_steps w
      where w.workflow_step_id = t.workflow_step_id and coalesce(w.attempts, 0) = t.attempt - 1
        and w.in_process is not true and w.processed is not true
    )
    order by t.priority desc, t.run_at
    on conflict do nothing
    returning execution_id, workflow_step_id, task_id, attempt, owner_id, deadline_at
  )
  select s.execution_id, s.workflow_step_id, s.task_id, s.attempt, s.owner_id,
    (select t.revision from taken t where t.execution_id = s.execution_id), p_now, s.deadline_at, null::jsonb,
    r.traceparent, r.tracestate
  from started s cross join lateral (select y.* from tasker_task_runs y where y.task_id = s.task_id limit 1) r;
end
$$;

-- Starts up to p_limit attempts of steps that are offered to remote workers in these queues for these handlers, as those of
-- p_worker: when it has committed, they are nobody else's. Called again with the same nonce because the answer was lost, it gives
-- what it gave, as far as that still runs.
--   p_namespaces  where; null: in all
-- One row without an execution: the worker is not registered.
create function tasker_poll_steps(
  p_worker bigint, p_nonce varchar, p_queues varchar[], p_handlers varchar[], p_namespaces varchar[], p_limit integer,
  p_now timestamp
) returns table (
  execution_id varchar, workflow_step_id bigint, task_id bigint, attempt integer, owner_id bigint, revision integer,
  started_at timestamp, deadline_at timestamp, progress jsonb, traceparent varchar, tracestate varchar
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  c_lock_class constant integer := 1414743887;
  v_lease integer := tasker_renew_worker(p_worker);
  v_namespaces integer[] := tasker_namespace_ids(p_namespaces);
  v_steps bigint[];
begin
  if v_lease is null then
    return query select null::varchar, null::bigint, null::bigint, null::integer, null::bigint, null::integer,
      null::timestamp, null::timestamp, null::jsonb, null::varchar, null::varchar;
    return;
  end if;
  -- A call whose answer was lost may still be under way.
  perform pg_advisory_xact_lock(c_lock_class, hashtext(p_worker || ' ' || p_nonce));
  return query
  select x.execution_id, x.workflow_step_id, x.task_id, x.attempt, x.owner_id, r.revision, x.started_at, x.deadline_at,
    x.progress, r.traceparent, r.tracestate
  from tasker_step_executions x
  cross join lateral (select y.* from tasker_task_runs y where y.task_id = x.task_id limit 1) r
  where x.process_id = p_worker and x.nonce = p_nonce and x.state = 'running'
    and (v_namespaces is null or x.task_namespace_id = any(v_namespaces));
  if found then
    return;
  end if;

  select array_agg(n.workflow_step_id) into v_steps from (
    select c.workflow_step_id from unnest(p_queues) as q(name) cross join unnest(p_handlers) as h(name)
    cross join lateral (
      select o.workflow_step_id, o.priority, o.run_at from tasker_ready_steps o
      where o.queue = q.name and o.handler = h.name
        and (v_namespaces is null or o.task_namespace_id = any(v_namespaces))
        and exists (
          select from tasker_task_runs r
          where r.task_id = o.task_id and r.epoch = o.epoch and r.revision = o.revision and not r.paused
        )
      order by o.priority desc, o.run_at limit p_limit
      for update of o skip locked
    ) c
    order by c.priority desc, c.run_at limit p_limit
  ) n;
  if v_steps is null then
    return;
  end if;
  return query
  select s.* from tasker_start_offers(p_worker, v_lease, v_steps, array_fill(p_nonce, array[cardinality(v_steps)]), p_now) s;
end
$$;

-- Starts attempts of steps that are offered to remote workers under these ids, as those of p_worker.
--   p_items  [{x: execution, s: its step, n: nonce}]
--   p_namespaces  where; null: in all
--   outcome: `started`, also if it was by an earlier call with this nonce; `taken`: by another call; `absent`: not offered (any more)
-- One row without an execution: the worker is not registered.
create function tasker_start_steps(p_worker bigint, p_items json, p_namespaces varchar[], p_now timestamp)
returns table (
  execution_id varchar, outcome varchar, workflow_step_id bigint, task_id bigint, attempt integer, owner_id bigint,
  revision integer, started_at timestamp, deadline_at timestamp, progress jsonb, traceparent varchar, tracestate varchar
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_lease integer := tasker_renew_worker(p_worker);
  v_namespaces integer[] := tasker_namespace_ids(p_namespaces);
  v_steps bigint[];
  v_nonces varchar[];
begin
  if v_lease is null then
    return query select null::varchar, null::varchar, null::bigint, null::bigint, null::integer, null::bigint,
      null::integer, null::timestamp, null::timestamp, null::jsonb, null::varchar, null::varchar;
    return;
  end if;
  select array_agg(l.workflow_step_id), array_agg(l.n) into v_steps, v_nonces from (
    select o.workflow_step_id, i.n
    from (select q.* from json_to_recordset(p_items) as q(x varchar, s bigint, n varchar) order by q.s) i
    cross join lateral (
      select y.workflow_step_id from tasker_ready_steps y
      where y.workflow_step_id = i.s and y.execution_id = i.x and y.handler is not null
        and (v_namespaces is null or y.task_namespace_id = any(v_namespaces))
        and exists (
          select from tasker_task_runs r
          where r.task_id = y.task_id and r.epoch = y.epoch and r.revision = y.revision and not r.paused
        )
      for update of y
    ) o
  ) l;
  if v_steps is not null then
    perform 1 from tasker_start_offers(p_worker, v_lease, v_steps, v_nonces, p_now);
  end if;
  return query
  select i.x, (case when e.execution_id is null then 'absent'
      when e.process_id = p_worker and e.nonce = i.n and e.state = 'running' then 'started' else 'taken' end)::varchar,
    e.workflow_step_id, e.task_id, e.attempt, e.owner_id, r.revision, e.started_at, e.deadline_at, e.progress,
    r.traceparent, r.tracestate
  from json_to_recordset(p_items) as i(x varchar, s bigint, n varchar)
  left join lateral (
    select y.* from tasker_step_executions y
    where y.execution_id = i.x and (v_namespaces is null or y.task_namespace_id = any(v_namespaces))
  ) e on true
  left join lateral (select y.* from tasker_task_runs y where y.task_id = e.task_id limit 1) r on true;
end
$$;

-- Says that p_worker still runs these executions, and how far it is.
--   p_items  [{x: execution, p: progress or absent}]
--   p_namespaces  where; null: in all
-- One row for each that is or was its own: its state, why it is revoked, and the state of its step, which says whether somebody has
-- ended that. One row without an execution: the worker is not registered.
create function tasker_beat_worker(p_worker bigint, p_items json, p_namespaces varchar[])
returns table (execution_id varchar, state varchar, reason text, step_state varchar)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_namespaces integer[] := tasker_namespace_ids(p_namespaces);
begin
  if tasker_renew_worker(p_worker) is null then
    return query select null::varchar, null::varchar, null::text, null::varchar;
    return;
  end if;
  update tasker_step_executions x set heartbeat_at = clock_timestamp() at time zone 'UTC',
    progress = coalesce(q.p, x.progress),
    state = case when q.is_over then 'revoked' else 'running' end,
    reason = case when q.is_over then 'its step is over' end
  from (
    select i.x, i.p, tasker_step_is_over(e.workflow_step_id) as is_over
    from (select j.* from json_to_recordset(p_items) as j(x varchar, p jsonb) order by j.x) i
    cross join lateral (
      select y.workflow_step_id from tasker_step_executions y where y.execution_id = i.x limit 1
    ) e
  ) q
  where x.execution_id = q.x and x.process_id = p_worker and x.state = 'running'
    and (v_namespaces is null or x.task_namespace_id = any(v_namespaces));
  return query
  select e.execution_id, e.state, e.reason, (
      select t.to_state from tasker_workflow_step_transitions t
      where t.workflow_step_id = e.workflow_step_id and t.most_recent limit 1
    )
  from json_to_recordset(p_items) as i(x varchar, p jsonb)
  cross join lateral (
    select y.* from tasker_step_executions y where y.execution_id = i.x and y.process_id = p_worker
      and (v_namespaces is null or y.task_namespace_id = any(v_namespaces))
  ) e;
end
$$;

-- What is known of executions that are or were a remote worker's.
--   p_items  [{x: execution, s: its step}]
--   state: null if it is not outside any more; then ended_as is the state that its end gave the step, null if there is none
--   kind: of its outcome, if that is not written yet
create function tasker_inspect_executions(p_items json)
returns table (
  execution_id varchar, task_id bigint, workflow_step_id bigint, namespace varchar, attempt integer, revision integer,
  owner_id bigint, process_id bigint, started_at timestamp, state varchar, reason text, kind text, ended_as varchar
)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  select i.x, w.task_id, w.workflow_step_id, n.name, e.attempt, r.revision, e.owner_id, e.process_id, e.started_at,
    e.state, e.reason, e.outcome ->> 'kind', t.to_state
  from json_to_recordset(p_items) as i(x varchar, s bigint)
  cross join lateral (select y.* from tasker_workflow_steps y where y.workflow_step_id = i.s) w
  cross join lateral (select y.* from tasker_task_runs y where y.task_id = w.task_id) r
  cross join lateral (select y.name from tasker_task_namespaces y where y.task_namespace_id = r.task_namespace_id) n
  left join lateral (
    select y.* from tasker_step_executions y where y.execution_id = i.x and y.workflow_step_id = i.s
  ) e on true
  left join lateral (
    select y.to_state from tasker_workflow_step_transitions y
    where y.workflow_step_id = i.s and y.to_state <> 'in_progress' and y.metadata ->> 'execution_id' = i.x
    order by y.sort_key limit 1
  ) t on true
  where e.execution_id is not null or t.to_state is not null;
end
$$;
