-- The engine's hot statements. They are functions so that their planner settings travel with them: settings by session
-- leak to other clients behind a pooler. Nested loops over an index are the only plan that stays right whether a table is
-- empty, never analysed or large, so nothing else is allowed; every lookup is written so that it has such a plan.
-- `coalesce(x in (select ...), false)` keeps the planner from turning a membership test into a join: it hashes the list.

-- Writes what happened to a batch of tasks that p_owner runs.
--   p_tasks     [{t: task, e: epoch, r: revision, n: number of outcomes, m: number of outcomes and starts,
--                 b: sort key of the task's current row, 0 for none, null for no move; c: complete;
--                 x: ends or releases the ownership, w: wake-up time after that}], in ascending order of t
--   p_task_rows [{t, q: place in the batch, k: sort key, f: from, s: to, d: metadata, l: last of its chain}]
--   p_outcomes  [{t, s: step, q, b: sort key of its current row, k: new sort key, f: from, g: to, d: metadata, a: attempts,
--                 o: backoff seconds, h: has results, v: results, y: retryable, null for unchanged}]
--   p_starts    [{t, s, q, b, k, f, g, d, a}]
--   p_extra     [{s, q, k, f, g, d}]: rows of a chain of moves before its last
--   p_annotations [{t, n: name of the type, v: value}] to store with the completion of their task, or null
-- Every row's metadata gets a `seq`: the number of the commit, then the place in the batch.
-- Returns the tasks of which something was refused. A task whose lock was refused has nothing written. If one outcome of a
-- task was refused, its other outcomes stand, its starts and its own move are not written.
create function tasker_commit(
  p_owner bigint, p_now timestamp, p_tasks json, p_task_rows json, p_outcomes json, p_starts json, p_extra json,
  p_annotations json
) returns table (refused_task_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  if p_annotations is not null then
    insert into tasker_annotation_types (name, created_at, updated_at)
    select distinct q.n, p_now, p_now from json_to_recordset(p_annotations) as q(n varchar)
    where not exists (select from tasker_annotation_types y where y.name = q.n)
    order by q.n on conflict do nothing;
  end if;

  return query
  with asked as materialized (
    select q.* from json_to_recordset(p_tasks)
      as q(t bigint, e bigint, r integer, n integer, m integer, b integer, c boolean, x boolean, w timestamp)
  ),
  -- Rows are locked in the order of p_tasks, and the owner is checked on the version that the lock got.
  locked as materialized (
    select a.t, a.n from asked a
    cross join lateral (
      select 1 from tasker_task_runs r
      where r.task_id = a.t and r.owner_id = p_owner and r.epoch = a.e and r.revision = a.r
      for no key update of r
    ) l
  ),
  -- Drawn when the locks are held, so that the numbers of a task's rows follow the order of its commits.
  drawn as materialized (
    select nextval('tasker_commit_seq') * 65536 as first from (select count(*) from locked) l
  ),
  outcomes as materialized (
    select q.* from json_to_recordset(p_outcomes)
      as q(t bigint, s bigint, q integer, b integer, k integer, f varchar, g varchar, d jsonb, a integer, o integer,
           h boolean, v jsonb, y boolean)
    where coalesce(q.t in (select t from locked), false)
  ),
  flipped as (
    update tasker_workflow_step_transitions x set most_recent = false, updated_at = p_now
    from (
      select o.t, o.s, (
        select y.ctid from tasker_workflow_step_transitions y
        where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
      ) as row_id from outcomes o
    ) o
    -- Not `x.most_recent`: that would offer the partial index on it as a way to scan.
    where x.ctid = o.row_id and x.most_recent is not false
    returning o.t, o.s
  ),
  -- Tasks that were locked and of which every outcome was accepted.
  accepted as materialized (
    select q.t from (select l.t, l.n from locked l union all select f.t, -1 from flipped f) q
    group by q.t having sum(q.n) = 0
  ),
  starts as materialized (
    select q.* from json_to_recordset(p_starts)
      as q(t bigint, s bigint, q integer, b integer, k integer, f varchar, g varchar, d jsonb, a integer)
    where coalesce(q.t in (select t from accepted), false)
  ),
  restarted as (
    update tasker_workflow_step_transitions x set most_recent = false, updated_at = p_now
    from (
      select o.s, (
        select y.ctid from tasker_workflow_step_transitions y
        where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
      ) as row_id from starts o where o.b > 0
    ) o
    where x.ctid = o.row_id and x.most_recent is not false
    returning o.s
  ),
  movable as materialized (
    select f.s from flipped f union all select r.s from restarted r union all select s.s from starts s where s.b = 0
  ),
  inserted as (
    insert into tasker_workflow_step_transitions
      (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select q.s, q.f, q.g, q.d || jsonb_build_object('seq', (select first from drawn) + q.q), q.k, q.l, p_now, p_now
    from (
      select e.s, e.q, e.f, e.g, e.d, e.k, false as l from json_to_recordset(p_extra)
        as e(s bigint, q integer, k integer, f varchar, g varchar, d jsonb)
      union all select o.s, o.q, o.f, o.g, o.d, o.k, true from outcomes o
      union all select s.s, s.q, s.f, s.g, s.d, s.k, true from starts s
    ) q
    where coalesce(q.s in (select s from movable), false)
    on conflict do nothing
    returning workflow_step_id, most_recent
  ),
  moved as materialized (select i.workflow_step_id as s from inserted i where i.most_recent),
  stepped as (
    update tasker_workflow_steps w set
      attempts = q.a,
      in_process = q.g = 'in_progress',
      processed = q.g = 'complete',
      processed_at = case when q.g = 'complete' then p_now else w.processed_at end,
      last_attempted_at = case when q.g = 'in_progress' then p_now else w.last_attempted_at end,
      backoff_request_seconds = q.o,
      results = case when q.h then q.v else w.results end,
      retryable = coalesce(q.y, w.retryable),
      updated_at = p_now
    from (
      select o.s, o.g, o.a, o.o, o.h, o.v, o.y from outcomes o
      union all select s.s, s.g, s.a, null, false, null, null from starts s
    ) q
    where w.workflow_step_id = q.s and coalesce(q.s in (select s from moved), false)
  ),
  task_flipped as (
    update tasker_task_transitions x set most_recent = false, updated_at = p_now
    from (
      select a.t, (
        select y.ctid from tasker_task_transitions y
        where y.task_id = a.t and y.sort_key = a.b and y.most_recent limit 1
      ) as row_id from asked a where a.b > 0 and coalesce(a.t in (select t from accepted), false)
    ) a
    where x.ctid = a.row_id and x.most_recent is not false
    returning a.t
  ),
  task_movable as materialized (
    select f.t from task_flipped f
    union all select a.t from asked a where a.b = 0 and coalesce(a.t in (select t from accepted), false)
  ),
  task_inserted as (
    insert into tasker_task_transitions
      (task_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select q.t, q.f, q.s, q.d || jsonb_build_object('seq', (select first from drawn) + q.q), q.k, q.l, p_now, p_now
    from json_to_recordset(p_task_rows) as q(t bigint, q integer, k integer, f varchar, s varchar, d jsonb, l boolean)
    where coalesce(q.t in (select t from task_movable), false)
    on conflict do nothing
    returning task_id, most_recent
  ),
  task_moved as materialized (select i.task_id as t from task_inserted i where i.most_recent),
  annotated as (
    insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
    select q.t, (select y.annotation_type_id from tasker_annotation_types y where y.name = q.n), q.v, p_now, p_now
    from json_to_recordset(p_annotations) as q(t bigint, n varchar, v jsonb)
    where coalesce(q.t in (select t from task_moved), false)
  ),
  completed as (
    update tasker_tasks k set complete = true, updated_at = p_now
    from asked a where k.task_id = a.t and a.c and coalesce(a.t in (select t from task_moved), false)
  ),
  released as (
    update tasker_task_runs r set owner_id = 0, wake_at = a.w
    from asked a where r.task_id = a.t and a.x
      and case when a.b is null then coalesce(a.t in (select t from accepted), false)
               else coalesce(a.t in (select t from task_moved), false) end
  )
  select q.t from (
    select a.t, a.m + case when a.b is null then 0 else 1 end as n from asked a
    union all select o.t, -1 from outcomes o where coalesce(o.s in (select s from moved), false)
    union all select s.t, -1 from starts s where coalesce(s.s in (select s from moved), false)
    union all select m.t, -1 from task_moved m
    -- A task of which nothing moves still has to be ours.
    union all select a.t, 1 from asked a where not coalesce(a.t in (select t from locked), false)
  ) q
  group by q.t having sum(q.n) <> 0;
end
$$;
