-- The engine's hot statements. They are functions so that their planner settings travel with them: settings by session
-- leak to other clients behind a pooler. Nested loops over an index are the only plan that stays right whether a table is
-- empty, never analysed or large, so nothing else is allowed; every lookup is written so that it has such a plan.
-- `coalesce(x in (select ...), false)` keeps the planner from turning a membership test into a join: it hashes the list.

-- Writes what happened to a batch of tasks that p_owner runs.
--   p_counts    number of tasks, of steps that move, of tasks that move, of tasks that are released,
--               of outcomes
--   p_tasks     [{t: task, e: epoch, r: revision, n: number of outcomes, m: number of outcomes and starts,
--                 b: sort key of the task's current row, -1 for none, null for no move; c: complete;
--                 x: ends or releases the ownership, w: wake-up time after that}], in ascending order of t
--   p_outcomes  [{t, s: step, q: place in the batch, b: sort key of its current row, k: new sort key, f: from, g: to,
--                 d: metadata, a: attempts, o: backoff seconds, h: has results, v: results,
--                 y: retryable, null for unchanged}]
--   p_starts    [{t, s, q, b, k, f, g, d, a, h, v}]: steps that start, or are closed without their handler; b is -1 for a
--               step without a row, h and v are absent where there are no results
--   p_restarts  whether any of the starts has a row
-- What most batches do not have is null, and the statements for it are passed over:
--   p_extra     [{s, q, k, f, g, d}]: rows of a chain of moves before its last
--   p_task_rows [{t, q, k, f, g, d, l: last of its chain}]
--   p_annotations [{t, n: name of the type, v: value}] to store with the completion of their task
-- Every row's metadata gets a `seq`: the number of the commit, then the place in the batch.
-- Returns the tasks of which something was refused. A task whose lock was refused has nothing written. If one outcome of a
-- task was refused, its other outcomes stand, its starts and its own move are not written.
create function tasker_commit(
  p_owner bigint, p_now timestamp, p_counts integer[], p_tasks json, p_outcomes json, p_starts json, p_restarts boolean,
  p_extra json, p_task_rows json, p_annotations json
) returns table (refused_task_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
declare
  v_locked bigint[];
  v_first bigint;
  v_flipped bigint[] = '{}';
  v_accepted bigint[];
  v_moved bigint[];
  v_tasks_moved bigint[] = '{}';
begin
  -- Rows are locked in the order of p_tasks, and the owner is checked on the version that the lock got. What follows has
  -- snapshots that are younger than the locks. A task of which steps are to start is refused, too, if it has ended: the
  -- reference raises no revision when it ends one.
  select coalesce(array_agg(a.t), '{}') into v_locked
  from json_to_recordset(p_tasks) as a(t bigint, e bigint, r integer, n integer, m integer)
  cross join lateral (
    select 1 from tasker_task_runs r
    where r.task_id = a.t and r.owner_id = p_owner and r.epoch = a.e and r.revision = a.r
      and (a.m = a.n or coalesce((
        select y.to_state from tasker_task_transitions y where y.task_id = a.t and y.most_recent limit 1
      ), '') not in ('complete', 'cancelled', 'resolved_manually'))
    for no key update of r
  ) l;

  -- Drawn when the locks are held, so that the numbers of a task's rows follow the order of its commits.
  v_first = nextval('tasker_commit_seq') * 65536;

  if p_outcomes is null then
    v_accepted = v_locked;
  else
    with flipped as (
      update tasker_workflow_step_transitions x set most_recent = false, updated_at = p_now
      from (
        select o.s, (
          select y.ctid from tasker_workflow_step_transitions y
          where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
        ) as row_id
        from json_to_recordset(p_outcomes) as o(t bigint, s bigint, b integer)
        where coalesce(o.t in (select unnest(v_locked)), false)
      ) o
      -- Not `x.most_recent`: that would offer the partial index on it as a way to scan.
      where x.ctid = o.row_id and x.most_recent is not false
      returning o.s
    )
    select coalesce(array_agg(f.s), '{}') into v_flipped from flipped f;

    -- A task is accepted if every outcome of it was.
    if cardinality(v_flipped) = p_counts[5] then
      v_accepted = v_locked;
    else
      select coalesce(array_agg(g.t), '{}') into v_accepted from (
        select q.t from (
          select a.t, a.n from json_to_recordset(p_tasks) as a(t bigint, n integer)
          where coalesce(a.t in (select unnest(v_locked)), false)
          union all
          select o.t, -1 from json_to_recordset(p_outcomes) as o(t bigint, s bigint)
          where coalesce(o.s in (select unnest(v_flipped)), false)
        ) q
        group by q.t having sum(q.n) = 0
      ) g;
    end if;
  end if;

  if p_restarts then
    with restarted as (
      update tasker_workflow_step_transitions x set most_recent = false, updated_at = p_now
      from (
        select o.s, (
          select y.ctid from tasker_workflow_step_transitions y
          where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
        ) as row_id
        from json_to_recordset(p_starts) as o(t bigint, s bigint, b integer)
        where o.b >= 0 and coalesce(o.t in (select unnest(v_accepted)), false)
      ) o
      where x.ctid = o.row_id and x.most_recent is not false
      returning o.s
    )
    select v_flipped || coalesce(array_agg(r.s), '{}') into v_flipped from restarted r;
  end if;

  if p_extra is not null then
    insert into tasker_workflow_step_transitions
      (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select e.s, e.f, e.g, e.d || jsonb_build_object('seq', v_first + e.q), e.k, false, p_now, p_now
    from json_to_recordset(p_extra) as e(s bigint, q integer, k integer, f varchar, g varchar, d jsonb)
    where coalesce(e.s in (select unnest(v_flipped)), false)
    on conflict do nothing;
  end if;

  with moves as materialized (
    select o.s, o.q, o.k, o.f, o.g, o.d, o.a, o.o, o.h, o.v, o.y from json_to_recordset(p_outcomes)
      as o(s bigint, q integer, k integer, f varchar, g varchar, d jsonb, a integer, o integer, h boolean, v jsonb,
           y boolean)
    where coalesce(o.s in (select unnest(v_flipped)), false)
    union all
    select s.s, s.q, s.k, s.f, s.g, s.d, s.a, null, s.h, s.v, null from json_to_recordset(p_starts)
      as s(t bigint, s bigint, q integer, b integer, k integer, f varchar, g varchar, d jsonb, a integer, h boolean,
           v jsonb)
    where coalesce(s.t in (select unnest(v_accepted)), false)
      and (s.b < 0 or coalesce(s.s in (select unnest(v_flipped)), false))
  ), inserted as (
    insert into tasker_workflow_step_transitions
      (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select m.s, m.f, m.g, m.d || jsonb_build_object('seq', v_first + m.q), m.k, true, p_now, p_now from moves m
    -- A first row: somebody else may have written one.
    on conflict do nothing
    returning workflow_step_id
  ), stepped as (
    update tasker_workflow_steps w set
      attempts = m.a,
      in_process = m.g = 'in_progress',
      processed = m.g = 'complete',
      processed_at = case when m.g = 'complete' then p_now else w.processed_at end,
      last_attempted_at = case when m.g = 'in_progress' then p_now else w.last_attempted_at end,
      backoff_request_seconds = m.o,
      results = case when m.h then m.v else w.results end,
      retryable = coalesce(m.y, w.retryable),
      updated_at = p_now
    from moves m
    where w.workflow_step_id = m.s and coalesce(m.s in (select workflow_step_id from inserted), false)
  )
  select coalesce(array_agg(i.workflow_step_id), '{}') into v_moved from inserted i;

  if p_annotations is not null then
    insert into tasker_annotation_types (name, created_at, updated_at)
    select distinct q.n, p_now, p_now from json_to_recordset(p_annotations) as q(n varchar)
    where not exists (select from tasker_annotation_types y where y.name = q.n)
    order by q.n on conflict do nothing;
  end if;

  if p_task_rows is not null then
    with asked as materialized (
      select a.t, a.b, a.c from json_to_recordset(p_tasks) as a(t bigint, b integer, c boolean)
      where a.b is not null and coalesce(a.t in (select unnest(v_accepted)), false)
    ), flipped as (
      update tasker_task_transitions x set most_recent = false, updated_at = p_now
      from (
        select a.t, (
          select y.ctid from tasker_task_transitions y
          where y.task_id = a.t and y.sort_key = a.b and y.most_recent limit 1
        ) as row_id from asked a where a.b >= 0
      ) a
      where x.ctid = a.row_id and x.most_recent is not false
      returning a.t
    ), movable as materialized (
      select f.t from flipped f union all select a.t from asked a where a.b < 0
    ), inserted as (
      insert into tasker_task_transitions
        (task_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
      select q.t, q.f, q.g, q.d || jsonb_build_object('seq', v_first + q.q), q.k, q.l, p_now, p_now
      from json_to_recordset(p_task_rows) as q(t bigint, q integer, k integer, f varchar, g varchar, d jsonb, l boolean)
      where coalesce(q.t in (select t from movable), false)
      on conflict do nothing
      returning task_id, most_recent
    ), moved as materialized (
      select i.task_id as t from inserted i where i.most_recent
    ), annotated as (
      insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
      select q.t, (select y.annotation_type_id from tasker_annotation_types y where y.name = q.n), q.v, p_now, p_now
      from json_to_recordset(p_annotations) as q(t bigint, n varchar, v jsonb)
      where coalesce(q.t in (select t from moved), false)
    ), completed as (
      update tasker_tasks k set complete = true, updated_at = p_now
      from asked a where k.task_id = a.t and a.c and coalesce(a.t in (select t from moved), false)
    )
    select coalesce(array_agg(m.t), '{}') into v_tasks_moved from moved m;
  end if;

  if p_counts[4] > 0 then
    update tasker_task_runs r set owner_id = 0, wake_at = a.w, dirty = false
    from json_to_recordset(p_tasks) as a(t bigint, b integer, x boolean, w timestamp)
    where r.task_id = a.t and a.x
      and case when a.b is null then coalesce(a.t in (select unnest(v_accepted)), false)
               else coalesce(a.t in (select unnest(v_tasks_moved)), false) end;
  end if;

  if array[cardinality(v_locked), cardinality(v_moved), cardinality(v_tasks_moved)] = p_counts[1:3] then
    return;
  end if;

  return query
  select q.t from (
    select a.t, a.m + case when a.b is null then 0 else 1 end as n
    from json_to_recordset(p_tasks) as a(t bigint, m integer, b integer)
    union all
    select o.t, -1 from json_to_recordset(p_outcomes) as o(t bigint, s bigint)
    where coalesce(o.s in (select unnest(v_moved)), false)
    union all
    select s.t, -1 from json_to_recordset(p_starts) as s(t bigint, s bigint)
    where coalesce(s.s in (select unnest(v_moved)), false)
    union all select m.t, -1 from unnest(v_tasks_moved) as m(t)
    -- A task of which nothing moves still has to be ours.
    union all
    select a.t, 1 from json_to_recordset(p_tasks) as a(t bigint)
    where not coalesce(a.t in (select unnest(v_locked)), false)
  ) q
  group by q.t having sum(q.n) <> 0;
end
$$;
