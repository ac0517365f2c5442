-- The engine's hot statements. They are functions so that their planner settings travel with them: settings by session
-- leak to other clients behind a pooler. Nested loops over an index are the only plan that stays right whether a table is
-- empty, never analysed or large, so nothing else is allowed; every lookup is written so that it has such a plan.
-- `lock_timeout` bounds the wait for a row that somebody holds who has fallen silent.
-- `coalesce(x in (select ...), false)` keeps the planner from turning a membership test into a join: it hashes the list.
-- It stands behind `v_all or`, because most batches are accepted as a whole and nothing of them has to be looked up.
-- What is written comes in arrays side by side, one for each column: taking JSON apart would cost as much as writing rows.

-- Writes what happened to a batch of tasks that p_owner runs.
--   p_counts    number of tasks, of steps that move, of tasks that move, of tasks that are released,
--               of outcomes, of starts that have a row, of starts that are closings: those whose new state is not in_progress
-- Tasks, in ascending order of their ids:
--   p_task_epochs, p_task_revisions, p_task_outcomes (number of outcomes), p_task_moves (number of outcomes and starts),
--   p_task_bases (sort key of the task's current row, -1 for none, null for no move), p_task_completes,
--   p_task_releases (ends or releases the ownership), p_task_wakes (wake-up time after that)
-- Steps that move, outcomes before starts; a start is a step that starts, or is closed without its handler:
--   p_step_tasks, p_steps, p_step_places (place in the batch), p_step_bases (sort key of the current row, -1 for none),
--   p_step_keys (new sort key), p_step_froms, p_step_tos, p_step_metadata (text of a JSON object that is not empty, without its first
--   brace), p_step_attempts; p_step_backoffs (seconds), p_step_results (JSON, null for none), p_step_retryable (null for
--   unchanged): each null where all of it would be
-- Rows of tasks that move, each task's in the order of its chain:
--   p_row_tasks, p_row_places, p_row_firsts (the task has no row yet), p_row_keys, p_row_froms, p_row_tos, p_row_metadata,
--   p_row_lasts (last of its chain)
-- What most batches do not have is null, and the statements for it are passed over:
--   p_extra     [{s: step, q, k, f, g, d: metadata}]: rows of a chain of moves before its last
--   p_annotations [{t, n: name of the type, v: value}] to store with the completion of their task
--   p_outside   {g: [{i: signal, s: step}], p: [{c: task, t: parent, m: moves}], x: [{i: execution, s: step}],
--               e: [{s: step, t: task, q: place, n: name, i: id, o: when, p: payload}]}: signals that outcomes take, parents of
--               tasks that end, executions outside this process whose outcomes are written, what handlers have published
-- Every row's metadata gets a `seq`: the number of the commit, then the place in the batch.
-- Returns the tasks of which something was refused. A task whose lock was refused has nothing written. If one outcome of a
-- task was refused, its other outcomes stand, its starts and its own move are not written. If one closing of a task was
-- refused, none of its starts is written, no other closing and no move of its own: they may follow from what was refused.
create function tasker_commit(
  p_owner bigint, p_now timestamp, p_counts integer[],
  p_tasks bigint[], p_task_epochs bigint[], p_task_revisions integer[], p_task_outcomes integer[], p_task_moves integer[],
  p_task_bases integer[], p_task_completes boolean[], p_task_releases boolean[], p_task_wakes timestamp[],
  p_step_tasks bigint[], p_steps bigint[], p_step_places integer[], p_step_bases integer[], p_step_keys integer[],
  p_step_froms text[], p_step_tos text[], p_step_metadata text[], p_step_attempts integer[], p_step_backoffs integer[],
  p_step_results text[], p_step_retryable boolean[],
  p_row_tasks bigint[], p_row_places integer[], p_row_firsts boolean[], p_row_keys integer[], p_row_froms text[],
  p_row_tos text[], p_row_metadata text[], p_row_lasts boolean[],
  p_extra json, p_annotations json, p_outside json
) returns table (refused_task_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC' set lock_timeout = '5s'
as $$
declare
  v_outcomes integer = p_counts[5];
  v_locked bigint[];
  v_first bigint;
  v_flipped bigint[] = '{}';
  v_accepted bigint[];
  v_closed bigint[] = '{}';
  v_hindered bigint[];
  v_started bigint[];
  v_moved bigint[] = '{}';
  v_tasks_flipped bigint[] = '{}';
  v_tasks_started bigint[];
  v_tasks_moved bigint[] = '{}';
  -- Whether everything so far was accepted.
  v_all boolean;
begin
  if json_typeof(p_outside -> 'p') = 'array' then
    -- Parents are written, too: their rows stand in the same order.
    perform from (
      select t.id from unnest(p_tasks) as t(id)
      union
      select p.t from json_to_recordset(p_outside -> 'p') as p(t bigint)
      order by 1
    ) o
    cross join lateral (select from tasker_task_runs r where r.task_id = o.id for no key update) l;
  end if;

  -- Rows are locked in the order of p_tasks, and the owner is checked on the version that the lock got. What follows has
  -- snapshots that are younger than the locks. A task of which steps are to start is refused, too, if it has ended: the
  -- reference raises no revision when it ends one.
  select coalesce(array_agg(a.t), '{}') into v_locked
  from unnest(p_tasks, p_task_epochs, p_task_revisions, p_task_outcomes, p_task_moves) as a(t, e, r, n, m)
  cross join lateral (
    select 1 from tasker_task_runs r
    where r.task_id = a.t and r.owner_id = p_owner and r.epoch = a.e and r.revision = a.r
      and (a.m = a.n or coalesce((
        select y.to_state from tasker_task_transitions y where y.task_id = a.t and y.most_recent limit 1
      ), '') not in ('complete', 'cancelled', 'resolved_manually'))
    for no key update of r
  ) l;
  v_all = cardinality(v_locked) = p_counts[1];
  v_accepted = v_locked;

  -- Drawn when the locks are held, so that the numbers of a task's rows follow the order of its commits.
  v_first = nextval('tasker_commit_seq') * 65536;

  if v_outcomes > 0 then
    with flipped as (
      update tasker_workflow_step_transitions x set most_recent = false, updated_at = p_now
      from (
        select o.s, (
          select y.ctid from tasker_workflow_step_transitions y
          where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
        ) as row_id
        from unnest(p_step_tasks, p_steps, p_step_bases) with ordinality as o(t, s, b, o)
        where o.o <= v_outcomes and (v_all or coalesce(o.t in (select unnest(v_locked)), false))
      ) o
      -- Not `x.most_recent`: that would offer the partial index on it as a way to scan.
      where x.ctid = o.row_id and x.most_recent is not false
      returning o.s
    )
    select coalesce(array_agg(f.s), '{}') into v_flipped from flipped f;

    -- A task is accepted if every outcome of it was.
    if cardinality(v_flipped) < v_outcomes then
      v_all = false;
      select coalesce(array_agg(g.t), '{}') into v_accepted from (
        select q.t from (
          select a.t, a.n from unnest(p_tasks, p_task_outcomes) as a(t, n)
          where coalesce(a.t in (select unnest(v_locked)), false)
          union all
          select o.t, -1 from unnest(p_step_tasks, p_steps) with ordinality as o(t, s, o)
          where o.o <= v_outcomes and coalesce(o.s in (select unnest(v_flipped)), false)
        ) q
        group by q.t having sum(q.n) = 0
      ) g;
    end if;
  end if;

  if p_counts[7] > 0 then
    -- Closings show first whether they can be written: their first rows are inserted, the rows that others follow locked.
    with closings as materialized (
      select c.t, c.s, c.q, c.b, c.k, c.f, c.g, c.d
      from unnest(p_step_tasks, p_steps, p_step_places, p_step_bases, p_step_keys, p_step_froms, p_step_tos, p_step_metadata)
        with ordinality as c(t, s, q, b, k, f, g, d, o)
      where c.o > v_outcomes and c.g <> 'in_progress' and coalesce(c.t in (select unnest(v_accepted)), false)
    ), held as materialized (
      select c.t from closings c
      cross join lateral (
        select 1 from tasker_workflow_step_transitions y
        where y.workflow_step_id = c.s and y.sort_key = c.b and y.most_recent
        for no key update of y
      ) l
      where c.b >= 0
    ), inserted as (
      insert into tasker_workflow_step_transitions
        (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
      select c.s, c.f, c.g, ('{"seq":' || v_first + c.q || ',' || c.d)::jsonb, c.k, true, p_now, p_now
      from closings c where c.b < 0
      on conflict do nothing
      returning workflow_step_id
    )
    select coalesce((select array_agg(i.workflow_step_id) from inserted i), '{}'), coalesce((
      select array_agg(g.t) from (
        select q.t from (
          select c.t, 1 as n from closings c
          union all select h.t, -1 from held h
          union all
          select c.t, -1 from closings c where coalesce(c.s in (select workflow_step_id from inserted), false)
        ) q
        group by q.t having sum(q.n) <> 0
      ) g
    ), '{}') into v_closed, v_hindered;

    if cardinality(v_hindered) > 0 then
      -- Nobody else has seen them.
      delete from tasker_workflow_step_transitions x
      using (
        select c.s, (
          select y.ctid from tasker_workflow_step_transitions y
          where y.workflow_step_id = c.s and y.sort_key = c.k and y.most_recent limit 1
        ) as row_id
        from unnest(p_step_tasks, p_steps, p_step_keys) as c(t, s, k)
        where coalesce(c.t in (select unnest(v_hindered)), false) and coalesce(c.s in (select unnest(v_closed)), false)
      ) c
      where x.ctid = c.row_id;
      v_all = false;
      v_accepted = array(select unnest(v_accepted) except all select unnest(v_hindered));
      v_closed = array(
        select m.s from unnest(p_step_tasks, p_steps) as m(t, s)
        where coalesce(m.s in (select unnest(v_closed)), false) and coalesce(m.t in (select unnest(v_accepted)), false)
      );
    end if;
  end if;

  if p_counts[6] > 0 then
    with restarted as (
      update tasker_workflow_step_transitions x set most_recent = false, updated_at = p_now
      from (
        select o.s, (
          select y.ctid from tasker_workflow_step_transitions y
          where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
        ) as row_id
        from unnest(p_step_tasks, p_steps, p_step_bases) with ordinality as o(t, s, b, o)
        where o.o > v_outcomes and o.b >= 0 and (v_all or coalesce(o.t in (select unnest(v_accepted)), false))
      ) o
      where x.ctid = o.row_id and x.most_recent is not false
      returning o.s
    )
    select v_flipped || coalesce(array_agg(r.s), '{}') into v_flipped from restarted r;
    v_all = v_all and cardinality(v_flipped) = v_outcomes + p_counts[6];
  end if;

  if p_extra is not null then
    insert into tasker_workflow_step_transitions
      (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select e.s, e.f, e.g, e.d || jsonb_build_object('seq', v_first + e.q), e.k, false, p_now, p_now
    from json_to_recordset(p_extra) as e(s bigint, q integer, k integer, f varchar, g varchar, d jsonb)
    where coalesce(e.s in (select unnest(v_flipped)), false)
    on conflict do nothing;
  end if;

  if cardinality(v_flipped) > 0 then
    insert into tasker_workflow_step_transitions
      (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select m.s, m.f, m.g, ('{"seq":' || v_first + m.q || ',' || m.d)::jsonb, m.k, true, p_now, p_now
    from unnest(p_steps, p_step_places, p_step_bases, p_step_keys, p_step_froms, p_step_tos, p_step_metadata)
      as m(s, q, b, k, f, g, d)
    where m.b >= 0 and (v_all or coalesce(m.s in (select unnest(v_flipped)), false));
    v_moved = v_flipped;
  end if;

  if p_counts[2] > v_outcomes + p_counts[6] then
    with inserted as (
      insert into tasker_workflow_step_transitions
        (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
      select m.s, m.f, m.g, ('{"seq":' || v_first + m.q || ',' || m.d)::jsonb, m.k, true, p_now, p_now
      from unnest(p_step_tasks, p_steps, p_step_places, p_step_bases, p_step_keys, p_step_froms, p_step_tos, p_step_metadata)
        as m(t, s, q, b, k, f, g, d)
      where m.b < 0 and (v_all or coalesce(m.t in (select unnest(v_accepted)), false))
        and (m.g = 'in_progress' or not coalesce(m.s in (select unnest(v_closed)), false))
      -- A first row: somebody else may have written one.
      on conflict do nothing
      returning workflow_step_id
    )
    select coalesce(array_agg(i.workflow_step_id), '{}') into v_started from inserted i;
    v_moved = v_moved || v_started || v_closed;
  end if;
  v_all = v_all and cardinality(v_moved) = p_counts[2];

  if cardinality(v_moved) > 0 then
    update tasker_workflow_steps w set
      attempts = m.a,
      in_process = m.g = 'in_progress',
      processed = m.g in ('complete', 'resolved_manually'),
      processed_at = case when m.g in ('complete', 'resolved_manually') then p_now else w.processed_at end,
      last_attempted_at = case when m.g = 'in_progress' then p_now else w.last_attempted_at end,
      backoff_request_seconds = m.o,
      results = coalesce(m.v::jsonb, w.results),
      retryable = coalesce(m.y, w.retryable),
      updated_at = p_now
    from unnest(p_steps, p_step_tos, p_step_attempts, p_step_backoffs, p_step_results, p_step_retryable)
      as m(s, g, a, o, v, y)
    where w.workflow_step_id = m.s and (v_all or coalesce(m.s in (select unnest(v_moved)), false));
  end if;

  if json_typeof(p_outside -> 'g') = 'array' then
    update tasker_signals g set consumed_at = p_now, consumed_by_step_id = q.s
    from json_to_recordset(p_outside -> 'g') as q(i bigint, s bigint)
    where g.signal_id = q.i and coalesce(q.s in (select unnest(v_moved)), false);
  end if;

  if json_typeof(p_outside -> 'x') = 'array' then
    delete from tasker_step_executions x
    using json_to_recordset(p_outside -> 'x') as q(i varchar, s bigint)
    where x.execution_id = q.i and coalesce(q.s in (select unnest(v_moved)), false);
  end if;

  if json_typeof(p_outside -> 'e') = 'array' then
    insert into tasker_events (kind, name, event_id, task_id, workflow_step_id, seq, payload, occurred_at, created_at)
    select 0, q.n, q.i, q.t, q.s, v_first + q.q, q.p, q.o, p_now
    from json_to_recordset(p_outside -> 'e')
      as q(s bigint, t bigint, q integer, n varchar, i varchar, o timestamp, p jsonb)
    where coalesce(q.s in (select unnest(v_moved)), false);
  end if;

  if p_annotations is not null then
    insert into tasker_annotation_types (name, created_at, updated_at)
    select distinct q.n, p_now, p_now from json_to_recordset(p_annotations) as q(n varchar)
    where not exists (select from tasker_annotation_types y where y.name = q.n)
    order by q.n on conflict do nothing;
  end if;

  if p_counts[3] > 0 then
    if false = any (p_row_firsts) then
      with flipped as (
        update tasker_task_transitions x set most_recent = false, updated_at = p_now
        from (
          select a.t, (
            select y.ctid from tasker_task_transitions y
            where y.task_id = a.t and y.sort_key = a.b and y.most_recent limit 1
          ) as row_id
          from unnest(p_tasks, p_task_bases) as a(t, b)
          where a.b >= 0 and (v_all or coalesce(a.t in (select unnest(v_accepted)), false))
        ) a
        where x.ctid = a.row_id and x.most_recent is not false
        returning a.t
      )
      select coalesce(array_agg(f.t), '{}') into v_tasks_flipped from flipped f;

      insert into tasker_task_transitions
        (task_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
      select q.t, q.f, q.g, ('{"seq":' || v_first + q.q || ',' || q.d)::jsonb, q.k, q.l, p_now, p_now
      from unnest(p_row_tasks, p_row_places, p_row_firsts, p_row_keys, p_row_froms, p_row_tos, p_row_metadata, p_row_lasts)
        as q(t, q, b, k, f, g, d, l)
      where not q.b and coalesce(q.t in (select unnest(v_tasks_flipped)), false);
      v_tasks_moved = v_tasks_flipped;
    end if;

    if true = any (p_row_firsts) then
      with inserted as (
        insert into tasker_task_transitions
          (task_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
        select q.t, q.f, q.g, ('{"seq":' || v_first + q.q || ',' || q.d)::jsonb, q.k, q.l, p_now, p_now
        from unnest(p_row_tasks, p_row_places, p_row_firsts, p_row_keys, p_row_froms, p_row_tos, p_row_metadata, p_row_lasts)
          as q(t, q, b, k, f, g, d, l)
        where q.b and (v_all or coalesce(q.t in (select unnest(v_accepted)), false))
        on conflict do nothing
        returning task_id, most_recent
      )
      select coalesce(array_agg(i.task_id), '{}') into v_tasks_started from inserted i where i.most_recent;
      v_tasks_moved = v_tasks_moved || v_tasks_started;
    end if;

    if p_annotations is not null then
      insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
      select q.t, (select y.annotation_type_id from tasker_annotation_types y where y.name = q.n), q.v, p_now, p_now
      from json_to_recordset(p_annotations) as q(t bigint, n varchar, v jsonb)
      where coalesce(q.t in (select unnest(v_tasks_moved)), false);
    end if;

    if true = any (p_task_completes) then
      update tasker_tasks k set complete = true, updated_at = p_now
      from unnest(p_tasks, p_task_completes) as a(t, c)
      where k.task_id = a.t and a.c and coalesce(a.t in (select unnest(v_tasks_moved)), false);
    end if;
  end if;

  -- What is to go on at once must not wait for those whose clock is behind the owner's.
  if p_counts[4] > 0 then
    update tasker_task_runs r set owner_id = 0, dirty = false,
      wake_at = case when a.w <= p_now then least(a.w, clock_timestamp() at time zone 'UTC') else a.w end
    from unnest(p_tasks, p_task_bases, p_task_releases, p_task_wakes) as a(t, b, x, w)
    where r.task_id = a.t and a.x
      and case when a.b is null then v_all or coalesce(a.t in (select unnest(v_accepted)), false)
               else coalesce(a.t in (select unnest(v_tasks_moved)), false) end;
  end if;

  if json_typeof(p_outside -> 'p') = 'array' then
    perform tasker_wake_parents(array(
      select p.t from json_to_recordset(p_outside -> 'p') as p(c bigint, t bigint, m boolean)
      where case when p.m then coalesce(p.c in (select unnest(v_tasks_moved)), false)
                 else coalesce(p.c in (select unnest(v_accepted)), false) end
    ), p_now);
  end if;

  if v_all and cardinality(v_tasks_moved) = p_counts[3] then
    return;
  end if;

  return query
  select q.t from (
    select a.t, a.m + case when a.b is null then 0 else 1 end as n
    from unnest(p_tasks, p_task_moves, p_task_bases) as a(t, m, b)
    union all
    select m.t, -1 from unnest(p_step_tasks, p_steps) as m(t, s) where coalesce(m.s in (select unnest(v_moved)), false)
    union all select m.t, -1 from unnest(v_tasks_moved) as m(t)
    -- A task of which nothing moves still has to be ours.
    union all
    select a.t, 1 from unnest(p_tasks) as a(t) where not coalesce(a.t in (select unnest(v_locked)), false)
  ) q
  group by q.t having sum(q.n) <> 0;
end
$$;

-- Writes what tasker_commit writes for one task of which at most one step ends, one starts for the first time and the task
-- itself makes one move: what most commits of a quiet system are. Rows found by their keys take a fifth of the time that the sets of
-- tasker_commit take for one element.
--   p_ended    the step that ends, or null; its new row follows the one with sort key p_ended_base
--   p_begun    the step that starts, or null; its row is the first one
--   p_task_to  the task's new state, or null; its row follows the one with sort key p_task_base, -1: it is the first one
--   p_events   what the handler of the step that ends has published, or null: as p_outside has it, places from 0
--   metadata: text of a JSON object that is not empty, without its first brace
-- Returns the task if something of it was refused.
create function tasker_commit_one(
  p_owner bigint, p_now timestamp, p_task bigint, p_epoch bigint, p_revision integer,
  p_ended bigint, p_ended_base integer, p_ended_key integer, p_ended_to text, p_ended_metadata text, p_ended_attempts integer,
  p_backoff integer, p_results jsonb, p_retryable boolean,
  p_begun bigint, p_begun_key integer, p_begun_metadata text, p_begun_attempts integer,
  p_task_base integer, p_task_key integer, p_task_from text, p_task_to text, p_task_metadata text, p_completes boolean,
  p_releases boolean, p_wake timestamp, p_events json
) returns table (refused_task_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
set lock_timeout = '5s'
as $$
declare
  v_seq bigint;
begin
  perform from tasker_task_runs r
  where r.task_id = p_task and r.owner_id = p_owner and r.epoch = p_epoch and r.revision = p_revision for no key update;
  if not found or (p_begun is not null and coalesce((
    select y.to_state from tasker_task_transitions y where y.task_id = p_task and y.most_recent limit 1
  ), '') in ('complete', 'cancelled', 'resolved_manually')) then
    return query values (p_task);
    return;
  end if;

  v_seq = nextval('tasker_commit_seq') * 65536;

  if p_ended is not null then
    update tasker_workflow_step_transitions x set most_recent = false, updated_at = p_now
    where x.workflow_step_id = p_ended and x.sort_key = p_ended_base and x.most_recent is not false;
    if not found then
      return query values (p_task);
      return;
    end if;
    insert into tasker_workflow_step_transitions
      (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    values (p_ended, 'in_progress', p_ended_to, ('{"seq":' || v_seq || ',' || p_ended_metadata)::jsonb, p_ended_key, true,
      p_now, p_now);
    update tasker_workflow_steps w set
      attempts = p_ended_attempts,
      in_process = false,
      processed = p_ended_to in ('complete', 'resolved_manually'),
      processed_at = case when p_ended_to in ('complete', 'resolved_manually') then p_now else w.processed_at end,
      backoff_request_seconds = p_backoff,
      results = coalesce(p_results, w.results),
      retryable = coalesce(p_retryable, w.retryable),
      updated_at = p_now
    where w.workflow_step_id = p_ended;
    v_seq = v_seq + 1;
    if p_events is not null then
      insert into tasker_events (kind, name, event_id, task_id, workflow_step_id, seq, payload, occurred_at, created_at)
      select 0, q.n, q.i, p_task, p_ended, v_seq + q.q, q.p, q.o, p_now
      from json_to_recordset(p_events) as q(q integer, n varchar, i varchar, o timestamp, p jsonb);
      v_seq = v_seq + json_array_length(p_events);
    end if;
  end if;

  -- A task that begins stands before its step, one that ends behind it.
  if p_begun is not null then
    insert into tasker_workflow_step_transitions
      (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    values (p_begun, 'pending', 'in_progress', ('{"seq":' ||
      case when p_task_to is null then v_seq else v_seq + 1 end || ',' || p_begun_metadata)::jsonb, p_begun_key, true, p_now, p_now)
    -- Somebody else may have written one.
    on conflict do nothing;
    if found then
      update tasker_workflow_steps w set
        attempts = p_begun_attempts, in_process = true, processed = false, last_attempted_at = p_now,
        backoff_request_seconds = null, updated_at = p_now
      where w.workflow_step_id = p_begun;
    else
      return query values (p_task);
    end if;
  end if;

  if p_task_to is not null then
    if p_task_base >= 0 then
      update tasker_task_transitions x set most_recent = false, updated_at = p_now
      where x.task_id = p_task and x.sort_key = p_task_base and x.most_recent is not false;
      if not found then
        return query values (p_task);
        return;
      end if;
    end if;
    insert into tasker_task_transitions
      (task_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    values (p_task, p_task_from, p_task_to, ('{"seq":' || v_seq || ',' || p_task_metadata)::jsonb, p_task_key, true, p_now, p_now)
    on conflict do nothing;
    if not found then
      return query values (p_task);
      return;
    end if;
    if p_completes then
      update tasker_tasks k set complete = true, updated_at = p_now where k.task_id = p_task;
    end if;
  end if;

  if p_releases then
    update tasker_task_runs r set owner_id = 0, dirty = false,
      wake_at = case when p_wake <= p_now then least(p_wake, clock_timestamp() at time zone 'UTC') else p_wake end
    where r.task_id = p_task;
  end if;
end
$$;

-- Writes a batch as tasker_commit does, and in the same transaction steps that are added to some of its tasks.
--   p_added_tasks  the tasks that get steps, each once
--   p_added_steps  [{g: 1-based place in p_added_tasks, n: name, b: a step of the task whose external system and description
--                    the new one shares, y: retryable, l: retry limit, k: skippable, v: inputs or absent}]
--   p_edges_from, p_edges_to  edges, side by side: step ids, or for the new step at the 1-based place i of p_added_steps: -i
-- Returns the refused tasks, one row each, and one row with the ids of the new steps in the order of p_added_steps. A task
-- gets its steps only if nothing of it was refused and it has none by the name of the first: a batch whose commit was not
-- known to have succeeded can be written again.
create function tasker_commit_adding(
  p_owner bigint, p_now timestamp, p_counts integer[],
  p_tasks bigint[], p_task_epochs bigint[], p_task_revisions integer[], p_task_outcomes integer[], p_task_moves integer[],
  p_task_bases integer[], p_task_completes boolean[], p_task_releases boolean[], p_task_wakes timestamp[],
  p_step_tasks bigint[], p_steps bigint[], p_step_places integer[], p_step_bases integer[], p_step_keys integer[],
  p_step_froms text[], p_step_tos text[], p_step_metadata text[], p_step_attempts integer[], p_step_backoffs integer[],
  p_step_results text[], p_step_retryable boolean[],
  p_row_tasks bigint[], p_row_places integer[], p_row_firsts boolean[], p_row_keys integer[], p_row_froms text[],
  p_row_tos text[], p_row_metadata text[], p_row_lasts boolean[],
  p_extra json, p_annotations json, p_outside json,
  p_added_tasks bigint[], p_added_steps json, p_edges_from bigint[], p_edges_to bigint[]
) returns table (refused_task_id bigint, added_step_ids bigint[])
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC' set lock_timeout = '5s'
as $$
declare
  v_refused bigint[];
  v_named integer[];
  v_step_ids bigint[];
  v_wanted boolean[];
begin
  select coalesce(array_agg(c.refused_task_id), '{}') into v_refused from tasker_commit(
    p_owner, p_now, p_counts,
    p_tasks, p_task_epochs, p_task_revisions, p_task_outcomes, p_task_moves, p_task_bases, p_task_completes,
    p_task_releases, p_task_wakes,
    p_step_tasks, p_steps, p_step_places, p_step_bases, p_step_keys, p_step_froms, p_step_tos, p_step_metadata,
    p_step_attempts, p_step_backoffs, p_step_results, p_step_retryable,
    p_row_tasks, p_row_places, p_row_firsts, p_row_keys, p_row_froms, p_row_tos, p_row_metadata, p_row_lasts,
    p_extra, p_annotations, p_outside
  ) c;

  -- The run rows are locked by now, so what a task has of such steps stays so.
  select v_refused || coalesce(array_agg(a.t), '{}') into v_refused
  from unnest(p_added_tasks) with ordinality as a(t, g)
  cross join lateral (
    select q.n from json_to_recordset(p_added_steps) as q(g integer, n varchar) where q.g = a.g limit 1
  ) f
  where not coalesce(a.t in (select unnest(v_refused)), false) and exists (
    select from tasker_workflow_steps w
    cross join lateral (
      select s.name from tasker_named_steps s where s.named_step_id = w.named_step_id offset 0
    ) s
    where w.task_id = a.t and s.name = f.n
  );

  -- Looked for before they are made, because a conflict would use up a value of a 32-bit sequence. Each statement has a
  -- snapshot of its own, so the second one finds what another commit has made meanwhile.
  insert into tasker_named_steps (dependent_system_id, name, description, created_at, updated_at)
  select distinct on (m.dependent_system_id, m.n) m.dependent_system_id, m.n, m.description, p_now, p_now
  from (
    select q.n, s.dependent_system_id, s.description
    from json_to_recordset(p_added_steps) as q(g integer, n varchar, b bigint)
    cross join lateral (
      select w.named_step_id from tasker_workflow_steps w where w.workflow_step_id = q.b limit 1
    ) w
    cross join lateral (
      select x.dependent_system_id, x.description from tasker_named_steps x
      where x.named_step_id = w.named_step_id limit 1
    ) s
    where not coalesce(p_added_tasks[q.g] in (select unnest(v_refused)), false)
  ) m
  where not exists (
    select from tasker_named_steps x where x.dependent_system_id = m.dependent_system_id and x.name = m.n
  )
  order by m.dependent_system_id, m.n on conflict do nothing;

  select array_agg(x.named_step_id order by q.o), array_agg(nextval('tasker_workflow_steps_workflow_step_id_seq') order by q.o),
    array_agg(not coalesce(p_added_tasks[q.g] in (select unnest(v_refused)), false) order by q.o)
    into v_named, v_step_ids, v_wanted
  from rows from (json_to_recordset(p_added_steps) as (g integer, n varchar, b bigint)) with ordinality as q(g, n, b, o)
  left join lateral (
    select x.named_step_id from tasker_workflow_steps w
    cross join lateral (
      select s.dependent_system_id from tasker_named_steps s where s.named_step_id = w.named_step_id limit 1
    ) s
    cross join lateral (
      select y.named_step_id from tasker_named_steps y
      where y.dependent_system_id = s.dependent_system_id and y.name = q.n limit 1
    ) x
    where w.workflow_step_id = q.b limit 1
  ) x on true;

  insert into tasker_workflow_steps
    (workflow_step_id, task_id, named_step_id, retryable, retry_limit, in_process, processed, attempts, inputs, results,
     created_at, updated_at, skippable)
  select v_step_ids[q.o], p_added_tasks[q.g], v_named[q.o], q.y, q.l, false, false, 0, q.v, '{}', p_now, p_now, q.k
  from rows from (json_to_recordset(p_added_steps) as (g integer, y boolean, l integer, k boolean, v jsonb))
    with ordinality as q(g, y, l, k, v, o)
  where v_wanted[q.o];

  insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
  select case when e.f < 0 then v_step_ids[-e.f] else e.f end, case when e.t < 0 then v_step_ids[-e.t] else e.t end,
    'provides', p_now, p_now
  from unnest(p_edges_from, p_edges_to) as e(f, t)
  -- Of an edge at least one end is new.
  where v_wanted[greatest(-e.f, -e.t)];

  return query select r.t, null::bigint[] from unnest(v_refused) as r(t)
  union all select null, v_step_ids;
end
$$;
