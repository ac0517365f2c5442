-- Makes p_owner the owner of up to p_limit runnable tasks of the given kinds, and tells it which of those that it owns
-- somebody else has changed: their marks are cleared. What was claimed or changed is read by tasker_load, in a statement
-- of its own: in one, the read would use the snapshot from before the locks were granted.
-- The higher priority goes first; among equals the namespaces take turns, and within a namespace the kinds, whatever wanted
-- to run first. Of each kind no more rows are read than are claimed at most, however many wait.
--   p_kept: for each kind, how many tasks of its namespace there is room for in any case
--   p_shared: how many more there is room for, of whatever namespaces
--   raised: of a task that was changed, its revision; null for one that was claimed
create function tasker_claim(
  p_owner bigint, p_kinds integer[], p_kept integer[], p_shared integer, p_limit integer, p_now timestamp
)
returns table (task_id bigint, raised integer)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  -- A process that was declared dead and does not know it yet would run what it took until the next takeover finds it.
  if not exists (select from tasker_processes p where p.process_id = p_owner and p.stopped_at is null) then
    return;
  end if;

  -- One that is locked is being written: it is told of the next time.
  return query
  with changed as materialized (
    select r.task_id from tasker_task_runs r where r.owner_id = p_owner and r.dirty for no key update of r skip locked
  )
  update tasker_task_runs r set dirty = false from changed c where r.task_id = c.task_id
  returning r.task_id, r.revision;

  if p_limit < 1 then
    return;
  end if;
  return query
  with found as materialized (
    select c.task_id, c.task_namespace_id, c.priority, c.wake_at, kind.kept,
      row_number() over (partition by kind.id, c.priority order by c.wake_at) as turn
    from unnest(p_kinds, p_kept) as kind(id, kept)
    cross join lateral (
      select r.task_id, r.task_namespace_id, r.priority, r.wake_at from tasker_task_runs r
      where r.owner_id = 0 and r.named_task_id = kind.id and r.wake_at is not null and r.wake_at <= p_now
      order by r.priority desc, r.wake_at limit p_limit
      for no key update of r skip locked
    ) c
  ), placed as (
    select f.*,
      row_number() over (partition by f.task_namespace_id, f.priority order by f.turn, f.wake_at) as namespace_turn,
      row_number() over (partition by f.task_namespace_id order by f.priority desc, f.turn, f.wake_at) <= f.kept as is_kept
    from found f
  ), numbered as (
    select p.*, row_number() over (partition by p.is_kept order by p.priority desc, p.namespace_turn, p.wake_at) as place
    from placed p
  ), due as materialized (
    select n.task_id from numbered n where n.is_kept or n.place <= p_shared
    order by n.priority desc, n.namespace_turn, n.wake_at limit p_limit
  )
  update tasker_task_runs r set owner_id = p_owner, epoch = nextval('tasker_epochs'), dirty = false
  from due d where r.task_id = d.task_id
  returning r.task_id, null::integer;
end
$$;
