-- Tasks that a step of another task has submitted and waits for. Settings and plans as in 0003.

-- Submits one task in the name of a step that waits for it, if the step still does: its task is owned by p_owner under
-- p_epoch and the attempt p_execution is the current one. The child's identity is derived from that attempt, so a second call
-- finds what the first one has made. Returns nothing if the step does not wait any more.
--   p_definitions, p_tasks: as for tasker_submit, of one task
create function tasker_submit_child(
  p_owner bigint, p_epoch bigint, p_parent bigint, p_step bigint, p_execution text, p_now timestamp,
  p_definitions jsonb, p_tasks json
) returns table (task_id bigint, created boolean)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  -- Held to the end: the parent is not cancelled between this look and the child.
  perform from tasker_task_runs r
  where r.task_id = p_parent and r.owner_id = p_owner and r.epoch = p_epoch for no key update;
  if not found or not exists (
    select from tasker_workflow_step_transitions y
    where y.workflow_step_id = p_step and y.most_recent and y.to_state = 'in_progress'
      and y.metadata ->> 'execution_id' = p_execution
  ) then
    return;
  end if;
  return query select s.task_id, s.created from tasker_submit(0, 0, p_now, p_definitions, p_tasks) s;
end
$$;

-- Locks the run rows of some tasks and of those that wait for them, in ascending order. For whoever ends tasks.
create function tasker_lock_with_parents(p_tasks bigint[]) returns void
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  perform from (
    select t.id from unnest(p_tasks) as t(id)
    union
    select r.parent_task_id from unnest(p_tasks) as t(id)
    cross join lateral (
      select q.parent_task_id from tasker_task_runs q where q.task_id = t.id and q.parent_task_id is not null limit 1
    ) r
    order by 1
  ) o
  cross join lateral (select from tasker_task_runs r where r.task_id = o.id for no key update) l;
end
$$;

-- Locks the run rows of a task, of the one that waits for it and of all the tasks below it, in ascending order: those that
-- are to be cancelled with it, and all that this touches.
--   p_step_id: only the tasks below this step; null: all
create function tasker_lock_family(p_task_id bigint, p_step_id bigint) returns void
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
declare
  v_family bigint[];
  v_locked bigint[];
begin
  -- A task below may submit another one until its own row is locked.
  loop
    with recursive below as (
      select r.task_id as id from tasker_task_runs r
      where r.parent_task_id = p_task_id and (p_step_id is null or r.parent_step_id = p_step_id)
      union
      select e.task_id from below b
      cross join lateral (
        select q.task_id from tasker_task_runs q where q.parent_task_id = b.id offset 0
      ) e
    )
    select coalesce(array_agg(b.id order by b.id), '{}') into v_family from below b;
    exit when v_family = v_locked;
    perform tasker_lock_with_parents(v_family || p_task_id);
    v_locked = v_family;
  end loop;
end
$$;

-- Has tasks looked at of which a child has ended. Their run rows are locked already.
create function tasker_wake_parents(p_parents bigint[], p_now timestamp) returns void
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  update tasker_task_runs r set revision = r.revision + 1, dirty = r.owner_id <> 0,
    wake_at = case when r.owner_id = 0 and r.wake_at is not null then least(r.wake_at, p_now) else r.wake_at end
  from (select distinct p.id from unnest(p_parents) as p(id)) p where r.task_id = p.id;
end
$$;

-- Cancels the tasks that steps of a task have submitted and wait for: those that are not over and have not failed, paused or
-- not. The rows of the whole family are locked already.
--   p_step_id: only those of this step; null: all
create function tasker_cancel_children(p_task_id bigint, p_step_id bigint, p_now timestamp, p_note jsonb) returns void
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
declare
  v_child bigint;
  v_outcome text;
begin
  for v_child in
    select r.task_id from tasker_task_runs r
    left join lateral (
      select y.to_state from tasker_task_transitions y where y.task_id = r.task_id and y.most_recent limit 1
    ) c on true
    where r.parent_task_id = p_task_id and (p_step_id is null or r.parent_step_id = p_step_id)
      and coalesce(c.to_state, 'pending') not in ('complete', 'error', 'cancelled', 'resolved_manually')
    order by 1
  loop
    select a.outcome into v_outcome
    from tasker_act_on_task(v_child, 'cancel_task', null, null, p_now, p_note) a;
    if v_outcome = 'conflict' then
      raise exception using errcode = 'TK409', message = 'a child was moved by somebody else at the same moment';
    end if;
  end loop;
end
$$;
