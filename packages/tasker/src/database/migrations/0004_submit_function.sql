-- Recognises requests under a sliding window. An identity under one is 64 hexadecimal digits of what was asked for, and
-- the time of the request as 15 digits: milliseconds since the year 1.
--   p_hashes  the identities that the requests would have; p_windows  milliseconds, null: not under a window
-- Returns the identities, in the place of each that is the same as a task's that of the task. Who asks for the same at the
-- same time waits until this transaction has ended; the locks are taken in one order.
create function tasker_same_requests(p_hashes text[], p_windows bigint[]) returns text[]
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
declare
  same text[];
begin
  perform pg_advisory_xact_lock(k.key)
  from (
    select distinct hashtextextended(left(q.hash, 64), 0) as key
    from unnest(p_hashes, p_windows) as q(hash, ms) where q.ms is not null order by 1
  ) k;

  -- A new snapshot: what was committed while the lock was waited for is seen.
  select array_agg(coalesce(f.hash, q.hash) order by q.place) into same
  from unnest(p_hashes, p_windows) with ordinality as q(hash, ms, place)
  left join lateral (
    select k.identity_hash as hash from tasker_tasks k
    where q.ms is not null
      and k.identity_hash >= left(q.hash, 64) || lpad(greatest(right(q.hash, 15)::bigint - q.ms + 1, 0)::text, 15, '0')
      and k.identity_hash <= left(q.hash, 64) || lpad((right(q.hash, 15)::bigint + q.ms - 1)::text, 15, '0')
      and length(k.identity_hash) = 79
    order by k.identity_hash desc limit 1
  ) f on true;
  return same;
end
$$;

-- Writes tasks with their steps, edges and run rows; one call for one task or a thousand.
--   p_definitions [{h: hash, n: named task, ns: namespace, s: [named step ids], y: [retryable], l: [retry limits],
--                   k: [skippable], ef: [edge from, 0-based step], et: [edge to]}]
--   p_tasks       [{d: 1-based definition, i: identity hash, w: sliding window in milliseconds or null, c: context, by: initiator, src: source system, why: reason,
--                   tags, bypass: names of steps to skip, at: requested at, wake: wake-up time, prio, corr: correlation id,
--                   own: p_owner owns it at once,
--                   up, us: task and step that wait for it, absent: none,
--                   tp, ts: traceparent and tracestate, absent: those of the task that waits for it, if there is one,
--                   in: {0-based step: inputs} or null}]
-- Returns one row per task in the order of p_tasks: its id, whether it is new, and the ids of its steps if it is.
create function tasker_submit(
  p_owner bigint, p_epoch bigint, p_now timestamp, p_definitions jsonb, p_tasks json
) returns table (task_id bigint, created boolean, step_ids bigint[])
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  hashes text[];
  definition_of integer[];
  hash_of text[];
  window_of bigint[];
  inputs_of jsonb[];
  task_ids bigint[];
  step_ids bigint[];
  first_step integer[];
  step_count integer[];
  is_new boolean[];
begin
  select array_agg(d.h order by d.o), array_agg(jsonb_array_length(d.s) order by d.o) into hashes, step_count
  from rows from (jsonb_to_recordset(p_definitions) as (h text, s jsonb)) with ordinality as d(h, s, o);

  select array_agg(q.d order by q.o), array_agg(q.i order by q.o), array_agg(step_count[q.d] order by q.o),
         array_agg(nextval('tasker_tasks_task_id_seq') order by q.o),
         case when max(q.w) is not null then array_agg(q.w order by q.o) end,
         case when bool_or(q.inputs is not null) then array_agg(q.inputs order by q.o) end
    into definition_of, hash_of, step_count, task_ids, window_of, inputs_of
  from rows from (json_to_recordset(p_tasks) as (d integer, i text, w bigint, "in" jsonb))
    with ordinality as q(d, i, w, inputs, o);

  if window_of is not null then
    hash_of := tasker_same_requests(hash_of, window_of);
  end if;

  -- In the order of the hashes: two submits that share some would deadlock otherwise.
  with new as (
    insert into tasker_tasks
      (task_id, named_task_id, complete, requested_at, initiator, source_system, reason, bypass_steps, tags, context,
       identity_hash, created_at, updated_at)
    select task_ids[q.o], q.n, false, q.at, q.by, q.src, q.why, q.bypass, q.tags, q.c, hash_of[q.o], p_now, p_now
    from (
      select t.*, (p_definitions -> (t.d - 1) ->> 'n')::integer as n
      from rows from (json_to_recordset(p_tasks) as (
        d integer, c jsonb, by varchar, src varchar, why varchar, tags jsonb, bypass json, at timestamp
      )) with ordinality as t(d, c, by, src, why, tags, bypass, at, o)
    ) q
    order by hash_of[q.o]
    on conflict (identity_hash) do nothing
    returning task_id
  )
  select array_agg(coalesce(u.id in (select task_id from new), false) order by u.o) into is_new
  from unnest(task_ids) with ordinality as u(id, o);

  if not (true = any (is_new)) then
    -- Nothing to add.
  else
    select array_agg(case when is_new[u.o] then u.n else 0 end order by u.o) into step_count
    from unnest(step_count) with ordinality as u(n, o);
    select array_agg(s.before::integer order by s.o) into first_step
    from (select u.o, sum(u.n) over (order by u.o) - u.n as before
          from unnest(step_count) with ordinality as u(n, o)) s;
    select array_agg(nextval('tasker_workflow_steps_workflow_step_id_seq')) into step_ids
    from generate_series(1, (select sum(u.n) from unnest(step_count) as u(n)));

    insert into tasker_task_runs
      (task_id, definition_hash, task_namespace_id, named_task_id, owner_id, epoch, priority, wake_at, correlation_id,
       parent_task_id, parent_step_id, traceparent, tracestate, seal)
    select task_ids[t.o], hashes[t.d], (p_definitions -> (t.d - 1) ->> 'ns')::integer,
      (p_definitions -> (t.d - 1) ->> 'n')::integer, case when t.own then p_owner else 0 end, p_epoch, t.prio, t.wake, t.corr,
      t.up, t.us, coalesce(t.tp, u.traceparent), case when t.tp is null then u.tracestate else t.ts end, t.sl
    from rows from (json_to_recordset(p_tasks) as (d integer, prio smallint, wake timestamp, corr varchar, own boolean, up bigint,
      us bigint, tp varchar, ts varchar, sl varchar))
      with ordinality as t(d, prio, wake, corr, own, up, us, tp, ts, sl, o)
    left join lateral (
      select r.traceparent, r.tracestate from tasker_task_runs r where r.task_id = t.up and t.tp is null offset 0
    ) u on true
    where is_new[t.o];

    insert into tasker_workflow_steps
      (workflow_step_id, task_id, named_step_id, retryable, retry_limit, in_process, processed, attempts, inputs,
       results, created_at, updated_at, skippable)
    select step_ids[first_step[t.o] + s.o], task_ids[t.o], s.n, s.y, s.l, false, false, 0,
      inputs_of[t.o] -> (s.o - 1)::text, '{}', p_now, p_now, s.k
    from unnest(definition_of) with ordinality as t(d, o)
    cross join lateral rows from (
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 's'),
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 'y'),
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 'l'),
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 'k')
    ) with ordinality as x(n, y, l, k, o)
    cross join lateral (select x.n::integer as n, x.y::boolean as y, x.l::integer as l, x.k::boolean as k, x.o) s
    where is_new[t.o];

    insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
    select step_ids[first_step[t.o] + e.f::integer + 1], step_ids[first_step[t.o] + e.g::integer + 1], 'provides',
      p_now, p_now
    from unnest(definition_of) with ordinality as t(d, o)
    cross join lateral rows from (
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 'ef'),
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 'et')
    ) as e(f, g)
    where is_new[t.o];
  end if;

  -- A new snapshot, so that a duplicate which another transaction has just committed is seen.
  return query
  select case when is_new[u.o] then u.id
              else (select k.task_id from tasker_tasks k where k.identity_hash = hash_of[u.o]) end,
    is_new[u.o],
    case when is_new[u.o] then step_ids[first_step[u.o] + 1 : first_step[u.o] + step_count[u.o]] end
  from unnest(task_ids) with ordinality as u(id, o) order by u.o;
end
$$;
