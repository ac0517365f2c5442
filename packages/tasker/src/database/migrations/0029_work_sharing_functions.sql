-- The statements by which processes share work. An execution is known by its id, which its owner gave it with the offer: what
-- happens to it is a compare-and-set on that id, the process that runs it and its state. Those that change several executions
-- lock them in the order of their ids.

-- Whether a step has ended for good: its task's owner does not end one that another process runs.
create function tasker_step_is_over(p_step bigint) returns boolean language sql stable as $$
  select exists (
    select from tasker_workflow_step_transitions y where y.workflow_step_id = p_step and y.most_recent
      and y.to_state in ('complete', 'cancelled', 'resolved_manually')
  )
$$;

-- Whether an attempt is offered, or runs outside its owner, or has an outcome there that is not written.
create function tasker_is_outside(p_step bigint, p_execution varchar) returns boolean language sql stable as $$
  select exists (
    select from tasker_ready_steps o where o.workflow_step_id = p_step and o.execution_id = p_execution
  ) or exists (
    select from tasker_step_executions x where x.execution_id = p_execution and x.state in ('running', 'finished')
  )
$$;

-- Offers ready steps of tasks that p_owner runs. Tasks that it does not hold as it thinks are left out. Called again with the
-- same offers because the answer was lost, it offers none of them twice: an execution starts once.
--   p_tasks  [{t: task, e: epoch, r: revision}], in ascending order of t
--   p_steps  [{t, s: step, x: execution id, a: attempt, d: deadline in ms from the start or null, p: priority,
--            q: queue, h: handler, both absent for processes with an engine}]
--   p_skip_locked  whether tasks whose row somebody has locked are left out, too, instead of waited for
-- `lock_timeout` is short: until this has ended, p_owner does not receive what came of the steps that others run.
create function tasker_offer_steps(
  p_owner bigint, p_now timestamp, p_tasks json, p_steps json, p_skip_locked boolean
)
returns table (refused_task_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC' set lock_timeout = '1s'
as $$
declare
  v_locked bigint[];
begin
  -- Whoever takes a task over holds its row: either that process finds these offers, or they are refused.
  if p_skip_locked then
    select coalesce(array_agg(a.t), '{}') into v_locked
    from json_to_recordset(p_tasks) as a(t bigint, e bigint, r integer)
    cross join lateral (
      select 1 from tasker_task_runs r
      where r.task_id = a.t and r.owner_id = p_owner and r.epoch = a.e and r.revision = a.r
      for no key update of r skip locked
    ) l;
  else
    select coalesce(array_agg(a.t), '{}') into v_locked
    from json_to_recordset(p_tasks) as a(t bigint, e bigint, r integer)
    cross join lateral (
      select 1 from tasker_task_runs r
      where r.task_id = a.t and r.owner_id = p_owner and r.epoch = a.e and r.revision = a.r
      for no key update of r
    ) l;
  end if;

  insert into tasker_ready_steps (workflow_step_id, task_id, task_namespace_id, named_task_id, owner_id, epoch, revision,
    execution_id, attempt, timeout_ms, queue, handler, priority, run_at, offered_at)
  select q.s, q.t, r.task_namespace_id, r.named_task_id, p_owner, r.epoch, r.revision, q.x, q.a, q.d,
    coalesce(q.q, '@engines'), q.h, q.p, p_now, p_now
  from json_to_recordset(p_steps)
    as q(t bigint, s bigint, x varchar, a integer, d bigint, p bigint, q varchar, h varchar)
  cross join lateral (select * from tasker_task_runs y where y.task_id = q.t limit 1) r
  where coalesce(q.t in (select unnest(v_locked)), false)
    and not exists (select from tasker_step_executions x where x.execution_id = q.x)
  on conflict do nothing;

  return query
  select a.t from json_to_recordset(p_tasks) as a(t bigint)
  where not coalesce(a.t in (select unnest(v_locked)), false);
end
$$;

-- Takes back offers of p_owner, then tells what has become of its steps that are not its own to run: each execution that it
-- does not know, and of those it knows what has changed. A step whose offer was taken back has no execution afterwards, or it
-- had been taken before.
--   p_withdrawn   steps whose offers are taken back; null for none
--   p_running, p_finished  executions that the owner knows to be running, and those whose outcome it has
--   p_silence_ms  how long an execution may go without a heartbeat that does not say so itself
--   lost: whether the process that runs it is gone, or has forgotten it; or it is one of p_running of which no outcome will
--     come, as when the answer to what revoked it was lost: then only its id is told
--   outcome: null while it runs, and where the outcomes before it are many bytes already: it is told the next time
create function tasker_look_at_executions(
  p_owner bigint, p_withdrawn bigint[], p_running varchar[], p_finished varchar[], p_silence_ms integer
) returns table (
  execution_id varchar, workflow_step_id bigint, task_id bigint, attempt integer, process_id bigint, timeout_ms bigint,
  started_at timestamp, lost boolean, outcome jsonb, results text
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  c_most_bytes constant bigint := 8000000;
  v_alive bigint[];
begin
  if p_withdrawn is not null then
    delete from tasker_ready_steps o where o.workflow_step_id = any(p_withdrawn) and o.owner_id = p_owner;
  end if;
  select coalesce(array_agg(p.process_id), '{}') into v_alive from tasker_processes p
  where p.released_at is null and p.stopped_at is null;

  return query
  select q.execution_id, q.workflow_step_id, q.task_id, q.attempt, q.process_id, q.timeout_ms, q.started_at, q.lost,
    case when coalesce(q.bytes, 0) <= c_most_bytes then q.outcome end,
    case when coalesce(q.bytes, 0) <= c_most_bytes then q.results::text end
  from (
    select x.execution_id, x.workflow_step_id, x.task_id, x.attempt, x.process_id,
      (extract(epoch from x.deadline_at - x.started_at) * 1000)::bigint as timeout_ms, x.started_at,
      x.state = 'running' and (not coalesce(x.process_id in (select unnest(v_alive)), false)
        or x.heartbeat_at < clock_timestamp() at time zone 'UTC'
          - coalesce(x.silence_ms, p_silence_ms) * interval '1 millisecond') as lost,
      x.state, x.outcome, x.results,
      sum(coalesce(pg_column_size(x.results), 0) + coalesce(pg_column_size(x.outcome), 0))
        over (order by x.finished_at, x.execution_id rows between unbounded preceding and 1 preceding) as bytes
    from tasker_step_executions x
    where x.owner_id = p_owner and x.state in ('running', 'finished')
      and not coalesce(x.execution_id in (select unnest(p_finished)), false)
  ) q
  where q.state = 'finished' or q.lost or not coalesce(q.execution_id in (select unnest(p_running)), false)
  union all
  select i.id, 0, 0, 0, 0, null, 'epoch', true, null, null
  from unnest(p_running) as i(id)
  where not exists (
    select from tasker_step_executions y where y.execution_id = i.id and y.state in ('running', 'finished')
  );
end
$$;

-- Ends what the owner waits for: it takes no outcome of these executions any more.
--   p_states  what of them is ended: running, finished or both
-- Returns those that it has ended: a running one is revoked, the outcome of a finished one refused. And those that had been
-- ended before, so that it can be called again if the answer was lost.
create function tasker_revoke_executions(p_owner bigint, p_executions varchar[], p_states varchar[], p_reason text)
returns table (execution_id varchar)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  with ended as (
    update tasker_step_executions x
    set state = case x.state when 'running' then 'revoked' else 'refused' end, reason = p_reason
    from (select i.id from unnest(p_executions) as i(id) order by i.id) i
    where x.execution_id = i.id and x.owner_id = p_owner and x.state = any(p_states)
    returning x.execution_id
  )
  select e.execution_id from ended e
  union all
  select i.id from unnest(p_executions) as i(id)
  where not exists (
    select from tasker_step_executions y where y.execution_id = i.id and y.state in ('running', 'finished')
  );
end
$$;

-- Makes p_owner, which has just read them, the one who waits for what of these tasks runs outside its owner: offers are
-- deleted, and executions told that run or whose outcome nobody has written. The offers first: one that is being taken is
-- waited for, and its execution is seen by the statement after. The permits of remote workers' attempts become those of
-- p_owner, under the negative ids of their steps, or go with the offers.
create function tasker_adopt_executions(p_owner bigint, p_task_ids bigint[])
returns table (
  execution_id varchar, workflow_step_id bigint, task_id bigint, attempt integer, process_id bigint, timeout_ms bigint,
  started_at timestamp, outcome jsonb, results text
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  delete from tasker_ready_steps o using unnest(p_task_ids) as i(id) where o.task_id = i.id;
  with left_behind as (
    delete from tasker_permits p using unnest(p_task_ids) as i(id)
    where p.task_id = i.id and p.execution_id is not null
    returning p.*
  )
  insert into tasker_permits (process_id, permit_no, limiter, task_id, workflow_step_id, execution_id, granted_at)
  select p_owner, -l.workflow_step_id, l.limiter, l.task_id, l.workflow_step_id, l.execution_id, l.granted_at
  from left_behind l where tasker_is_outside(l.workflow_step_id, l.execution_id);
  return query
  update tasker_step_executions x set owner_id = p_owner
  from (
    select l.execution_id from (
      select y.execution_id from unnest(p_task_ids) as i(id)
      cross join lateral (
        select y.execution_id from tasker_step_executions y
        where y.task_id = i.id and y.state in ('running', 'finished') offset 0
      ) y
      order by y.execution_id
    ) l
  ) l
  where x.execution_id = l.execution_id and x.state in ('running', 'finished')
  returning x.execution_id, x.workflow_step_id, x.task_id, x.attempt, x.process_id,
    (extract(epoch from x.deadline_at - x.started_at) * 1000)::bigint, x.started_at, x.outcome, x.results::text;
end
$$;

-- Starts up to p_limit attempts of steps of the given kinds that are offered in a queue, as those of p_process: when it has
-- committed, they are nobody else's. Called again with the same nonce because the answer was lost, it gives what it gave.
create function tasker_take_steps(
  p_process bigint, p_nonce varchar, p_queue varchar, p_kinds integer[], p_limit integer, p_now timestamp
) returns table (
  execution_id varchar, workflow_step_id bigint, task_id bigint, attempt integer, owner_id bigint, revision integer
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  c_lock_class constant integer := 1414743886;
begin
  -- A process that was declared dead and does not know it yet gets nothing.
  if not exists (select from tasker_processes p where p.process_id = p_process and p.stopped_at is null) then
    return;
  end if;
  -- Nobody takes anything nearly always. What is offered a moment later is found by the next call.
  if not exists (select from tasker_ready_steps) and not exists (
    select from tasker_step_executions x where x.process_id = p_process and x.state = 'running'
  ) then
    return;
  end if;

  -- A call whose answer was lost may still be under way.
  perform pg_advisory_xact_lock(c_lock_class, (p_process % 2147483647)::integer);
  return query
  select x.execution_id, x.workflow_step_id, x.task_id, x.attempt, x.owner_id,
    (select r.revision from tasker_task_runs r where r.task_id = x.task_id)
  from tasker_step_executions x
  where x.process_id = p_process and x.nonce = p_nonce and x.state = 'running';
  if found then
    return;
  end if;

  return query
  with next as materialized (
    select c.workflow_step_id from unnest(p_kinds) as kind(id)
    cross join lateral (
      select o.workflow_step_id, o.priority, o.run_at from tasker_ready_steps o
      where o.queue = p_queue and o.named_task_id = kind.id and o.owner_id <> p_process
        and exists (
          select from tasker_task_runs r
          where r.task_id = o.task_id and r.epoch = o.epoch and r.revision = o.revision and not r.paused
        )
      order by o.priority desc, o.run_at limit p_limit
      for update of o skip locked
    ) c
    order by c.priority desc, c.run_at limit p_limit
  ), taken as (
    delete from tasker_ready_steps o using next n where o.workflow_step_id = n.workflow_step_id
    returning o.workflow_step_id, o.task_id, o.task_namespace_id, o.owner_id, o.epoch, o.execution_id, o.attempt,
      o.timeout_ms, o.priority, o.run_at, o.revision
  ), started as (
    insert into tasker_step_executions (execution_id, workflow_step_id, task_id, task_namespace_id, owner_id, epoch,
      attempt, process_id, nonce, state, started_at, deadline_at, heartbeat_at)
    select t.execution_id, t.workflow_step_id, t.task_id, t.task_namespace_id, t.owner_id, t.epoch, t.attempt, p_process,
      p_nonce, 'running', p_now, p_now + t.timeout_ms * interval '1 millisecond', clock_timestamp() at time zone 'UTC'
    from taken t
    -- An offer that came late, after its owner had started the step by itself.
    where exists (
      select from tasker_workflow_steps w
      where w.workflow_step_id = t.workflow_step_id and coalesce(w.attempts, 0) = t.attempt - 1
        and w.in_process is not true and w.processed is not true
    )
    order by t.priority desc, t.run_at
    on conflict do nothing
    returning execution_id, workflow_step_id, task_id, attempt, owner_id
  )
  select s.execution_id, s.workflow_step_id, s.task_id, s.attempt, s.owner_id,
    (select t.revision from taken t where t.execution_id = s.execution_id)
  from started s;
end
$$;

-- Writes what came of executions that p_process runs.
--   p_outcomes  [{x: execution, o: outcome, v: results or absent}], in the order of x
-- Returns each that was still its own, with its state now: finished, or refused if it had been revoked or if somebody else
-- has ended its step; and who owns the task.
create function tasker_finish_executions(p_process bigint, p_now timestamp, p_outcomes json)
returns table (execution_id varchar, state varchar, owner_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  update tasker_step_executions x
  set state = case when x.state = 'running' and not q.is_over then 'finished' else 'refused' end,
    reason = case when x.state = 'running' and q.is_over then 'its step is over' else x.reason end,
    outcome = q.o, results = q.v, finished_at = p_now
  from (
    select o.x, o.o, o.v, tasker_step_is_over(e.workflow_step_id) as is_over
    from json_to_recordset(p_outcomes) as o(x varchar, o jsonb, v jsonb)
    cross join lateral (
      select y.workflow_step_id from tasker_step_executions y where y.execution_id = o.x limit 1
    ) e
  ) q
  where x.execution_id = q.x and x.process_id = p_process and x.state in ('running', 'revoked')
  returning x.execution_id, x.state, x.owner_id;
end
$$;

-- Says that p_process still runs these executions. Returns those that are still its own; one whose step somebody else has
-- ended is not.
create function tasker_beat_executions(p_process bigint, p_executions varchar[]) returns table (execution_id varchar)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  with beaten as (
    update tasker_step_executions x set heartbeat_at = clock_timestamp() at time zone 'UTC',
      state = case when q.is_over then 'revoked' else 'running' end,
      reason = case when q.is_over then 'its step is over' end
    from (
      select e.execution_id, tasker_step_is_over(e.workflow_step_id) as is_over
      from (select i.id from unnest(p_executions) as i(id) order by i.id) i
      cross join lateral (
        select y.execution_id, y.workflow_step_id from tasker_step_executions y where y.execution_id = i.id limit 1
      ) e
    ) q
    where x.execution_id = q.execution_id and x.process_id = p_process and x.state = 'running'
    returning x.execution_id, x.state
  )
  select b.execution_id from beaten b where b.state = 'running';
end
$$;
