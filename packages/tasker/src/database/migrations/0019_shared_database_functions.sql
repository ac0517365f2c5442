-- What an engine needs on a database that others write to. They raise no revision and write no run rows, so an engine that
-- was told to adopt their tasks looks for what they have written. It knows their rows by their metadata: an engine's have
-- `writer` in it. Settings and plans as in 0003.

-- Whether one of the kinds has a task that nobody owns and that wants to run, or a task of p_owner was changed.
create function tasker_due(p_owner bigint, p_kinds integer[], p_now timestamp)
returns boolean
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  return exists (
    select from unnest(p_kinds) as kind(id)
    cross join lateral (
      select from tasker_task_runs r
      where r.owner_id = 0 and r.named_task_id = kind.id and r.wake_at is not null and r.wake_at <= p_now
      limit 1
    ) q
  ) or exists (select from tasker_task_runs r where r.owner_id = p_owner and r.dirty);
end
$$;

-- Takes notice of the transitions with ids in (p_task_after, p_task_upto] and (p_step_after, p_step_upto] that others have
-- written, those with the ids p_known excepted. Raises the revision of the tasks of p_owner that they belong to, so that it
-- has to load them again before it writes anything of them, and wakes tasks that nobody owns.
--   p_all: every task of p_owner, whatever was written
-- Gives the ids of the rows; the tasks of p_owner with their revisions, side by side; and tasks that have no run row.
create function tasker_notice(
  p_owner bigint, p_now timestamp, p_task_after bigint, p_task_upto bigint, p_step_after bigint, p_step_upto bigint,
  p_known_task_rows bigint[], p_known_step_rows bigint[], p_all boolean
) returns table (
  task_rows bigint[], step_rows bigint[], task_ids bigint[], revisions integer[], without_run bigint[]
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
-- A commit that waits for somebody else's transaction holds run rows: the others are noticed at another time, not never.
set lock_timeout = '1s'
as $$
declare
  v_tasks bigint[] = '{}';
  v_mine bigint[];
  v_idle bigint[];
begin
  select coalesce(array_agg(q.id), '{}'), coalesce(array_agg(q.task_id), '{}') into task_rows, v_tasks from (
    select x.id, x.task_id from tasker_task_transitions x
    where x.id > p_task_after and x.id <= p_task_upto and not coalesce(x.metadata ? 'writer', false) offset 0
  ) q
  where not coalesce(q.id in (select unnest(p_known_task_rows)), false);

  select coalesce(array_agg(q.id), '{}'), v_tasks || coalesce(array_agg(w.task_id), '{}') into step_rows, v_tasks from (
    select x.id, x.workflow_step_id from tasker_workflow_step_transitions x
    where x.id > p_step_after and x.id <= p_step_upto and not coalesce(x.metadata ? 'writer', false) offset 0
  ) q
  cross join lateral (select k.task_id from tasker_workflow_steps k where k.workflow_step_id = q.workflow_step_id limit 1) w
  where not coalesce(q.id in (select unnest(p_known_step_rows)), false);

  if p_all then
    v_tasks = v_tasks || array(
      select r.task_id from tasker_task_runs r where r.owner_id = p_owner and r.wake_at is not null
    );
  end if;
  task_ids = '{}';
  revisions = '{}';
  without_run = '{}';
  if cardinality(v_tasks) = 0 then
    return next;
    return;
  end if;

  v_tasks = array(select distinct t from unnest(v_tasks) t order by t);
  select coalesce(array_agg(t.id), '{}') into without_run from unnest(v_tasks) as t(id)
  where not exists (select from tasker_task_runs r where r.task_id = t.id);

  -- In ascending order, as commits do.
  select coalesce(array_agg(l.task_id) filter (where l.owner_id = p_owner), '{}'),
    coalesce(array_agg(l.task_id) filter (where l.owner_id = 0), '{}')
    into v_mine, v_idle
  from unnest(v_tasks) as t(id)
  cross join lateral (
    select r.task_id, r.owner_id from tasker_task_runs r
    where r.task_id = t.id and r.owner_id in (0, p_owner) for no key update of r
  ) l;

  with raised as (
    update tasker_task_runs r set revision = r.revision + 1
    from unnest(v_mine) as m(id) where r.task_id = m.id
    returning r.task_id, r.revision
  )
  select coalesce(array_agg(x.task_id), '{}'), coalesce(array_agg(x.revision), '{}') into task_ids, revisions from raised x;

  -- A live task is to be looked at, and so is one that an engine gave up. One that somebody else ended or gave up is not.
  -- A task that has not begun keeps its time.
  update tasker_task_runs r
  set wake_at = case
    when c.to_state is null then r.wake_at
    when c.to_state in ('pending', 'in_progress') or (c.to_state = 'error' and c.ours) then least(r.wake_at, p_now)
  end
  from unnest(v_idle) as i(id)
  left join lateral (
    select y.to_state, coalesce(y.metadata ? 'writer', false) as ours from tasker_task_transitions y
    where y.task_id = i.id and y.most_recent limit 1
  ) c on true
  where r.task_id = i.id;
  return next;
end
$$;

-- Makes run rows for tasks that others created, with ids in (p_after[i], p_upto[i]], so that they are claimed like any
-- other: those of the given kinds that are pending, or in progress where p_in_progress says so.
--   p_kinds, p_namespaces, p_hashes: named task, namespace and definition, side by side
--   p_sources: source systems whose tasks are meant; null: all
--   p_reopen: also wakes tasks that have a run row and no time to wake up at, and either a live state or, given up by an
--     engine, a step that somebody else has resolved or moved back to pending
-- Gives the number of tasks, and the least task id above the last range; null if there is none.
create function tasker_adopt(
  p_now timestamp, p_kinds integer[], p_namespaces integer[], p_hashes text[], p_sources text[], p_in_progress boolean,
  p_after bigint[], p_upto bigint[], p_reopen boolean
) returns table (adopted bigint, reopened bigint, next_task_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
set lock_timeout = '1s'
as $$
begin
  with unowned as materialized (
    select k.task_id, array_position(p_kinds, k.named_task_id) as kind
    from unnest(p_after, p_upto) as range(after, upto)
    cross join lateral (
      -- Written as the reference's partial indexes have it, for databases that have them.
      select q.task_id, q.named_task_id, q.source_system from tasker_tasks q
      where q.task_id > range.after and q.task_id <= range.upto and (q.complete = false or q.complete is null)
      offset 0
    ) k
    where k.named_task_id = any (p_kinds) and (p_sources is null or k.source_system = any (p_sources))
      and not exists (select from tasker_task_runs r where r.task_id = k.task_id)
  ), open as materialized (
    select u.task_id, u.kind from unowned u
    left join lateral (
      select y.to_state from tasker_task_transitions y where y.task_id = u.task_id and y.most_recent limit 1
    ) c on true
    where coalesce(c.to_state, 'pending') = 'pending' or (p_in_progress and c.to_state = 'in_progress')
  ), present as materialized (
    -- One that is being deleted is left alone: our row would point at nothing.
    select o.task_id, o.kind from open o
    cross join lateral (select from tasker_tasks q where q.task_id = o.task_id for key share of q skip locked) l
  ), made as (
    insert into tasker_task_runs
      (task_id, definition_hash, task_namespace_id, named_task_id, wake_at, correlation_id)
    select p.task_id, p_hashes[p.kind], p_namespaces[p.kind], p_kinds[p.kind], p_now, gen_random_uuid()::text
    from present p
    on conflict do nothing
    returning 1
  )
  select count(*) into adopted from made;

  reopened = 0;
  if p_reopen then
    with forgotten as materialized (
      select k.task_id from unnest(p_after, p_upto) as range(after, upto)
      cross join lateral (
        select q.task_id from tasker_tasks q
        where q.task_id > range.after and q.task_id <= range.upto and (q.complete = false or q.complete is null)
        offset 0
      ) k
      cross join lateral (
        select y.to_state, coalesce(y.metadata ? 'writer', false) as ours from tasker_task_transitions y
        where y.task_id = k.task_id and y.most_recent limit 1
      ) c
      cross join lateral (
        select from tasker_task_runs r
        where r.task_id = k.task_id and r.owner_id = 0 and r.wake_at is null for no key update of r skip locked
      ) l
      where c.to_state in ('pending', 'in_progress') or (c.to_state = 'error' and c.ours and exists (
        select from tasker_workflow_steps w
        cross join lateral (
          select from tasker_workflow_step_transitions y
          where y.workflow_step_id = w.workflow_step_id and y.most_recent
            and y.to_state in ('pending', 'resolved_manually') and not coalesce(y.metadata ? 'writer', false)
          limit 1
        ) t
        where w.task_id = k.task_id
      ))
    ), woken as (
      update tasker_task_runs r set wake_at = p_now from forgotten f where r.task_id = f.task_id returning 1
    )
    select count(*) into reopened from woken;
  end if;

  select q.task_id into next_task_id from tasker_tasks q
  where q.task_id > p_upto[cardinality(p_upto)] order by q.task_id limit 1;
  return next;
end
$$;
