-- What an operator does to a task. Settings and plans as in 0003; what is given back, as in 0021.
--   p_action  retry_task, cancel_task, resolve_task, pause_task, resume_task, rerun_from
--   p_step_id, p_step_name: for rerun_from, the step to begin with
create function tasker_act_on_task(
  p_task_id bigint, p_action text, p_step_id bigint, p_step_name text, p_now timestamp, p_note jsonb
) returns table (
  outcome text, code text, step_id bigint, step_name varchar, moved integer, owner_id bigint, revision integer,
  first_seq bigint, last_seq bigint
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_run record;
  v_task text;
  v_steps bigint[] = '{}';
  v_moving bigint[] = '{}';
  v_to text;
  v_details jsonb = '{}';
  v_over boolean;
  v_undo bigint[] = '{}';
  v_failed integer;
begin
  if p_action = 'cancel_task' then
    perform tasker_lock_family(p_task_id, null);
  elsif p_action in ('resolve_task', 'pause_task') then
    perform tasker_lock_with_parents(array[p_task_id]);
  end if;
  select r.task_id, r.paused, r.owner_id into v_run from tasker_task_runs r where r.task_id = p_task_id for no key update;
  first_seq = nextval('tasker_commit_seq') * 65536;
  select coalesce(nullif(c.to_state, ''), 'pending') into v_task from tasker_tasks k
  left join lateral (
    select y.to_state from tasker_task_transitions y where y.task_id = k.task_id and y.most_recent limit 1
  ) c on true
  where k.task_id = p_task_id;
  if not found then
    return query select 'unknown', 'task', null::bigint, null::varchar, 0, null::bigint, null::integer,
      null::bigint, null::bigint;
    return;
  end if;
  moved = 0;
  v_over = v_task in ('complete', 'cancelled', 'resolved_manually');

  if p_action = 'rerun_from' then
    select w.workflow_step_id, n.name into step_id, step_name from tasker_workflow_steps w
    cross join lateral (select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id limit 1) n
    where w.task_id = p_task_id and (w.workflow_step_id = p_step_id or n.name = p_step_name)
    order by w.workflow_step_id limit 1;
    if not found then
      return query select 'unknown', 'step', null::bigint, null::varchar, 0, null::bigint, null::integer,
      null::bigint, null::bigint;
      return;
    end if;
    v_steps = tasker_operator_steps_from(step_id);
  elsif p_action in ('retry_task', 'cancel_task') then
    v_steps = array(select w.workflow_step_id from tasker_workflow_steps w where w.task_id = p_task_id order by 1);
  end if;
  if p_action in ('retry_task', 'rerun_from') then
    v_undo = tasker_operator_undo_steps(p_task_id);
  end if;

  -- The steps that would move, and for rerun_from what stands in its way.
  if cardinality(v_steps) > 0 then
    with standing as materialized (
      select s.id, coalesce(nullif(c.to_state, ''), 'pending') as state,
        coalesce(w.attempts, 0) >= coalesce(w.retry_limit, 3) or (not w.retryable and w.attempts > 0) as spent
      from unnest(v_steps) as s(id)
      cross join lateral (
        select q.attempts, q.retry_limit, q.retryable from tasker_workflow_steps q where q.workflow_step_id = s.id limit 1
      ) w
      left join lateral (
        select y.to_state from tasker_workflow_step_transitions y
        where y.workflow_step_id = s.id and y.most_recent limit 1
      ) c on true
    )
    select
      coalesce(array_agg(t.id order by t.id) filter (where case p_action
        when 'cancel_task' then t.state in ('pending', 'in_progress', 'error')
        else t.state = 'error' or (t.state = 'pending' and t.spent) end), '{}'),
      coalesce(array_agg(t.id order by t.id) filter (where t.state = 'error'
        or (p_action = 'cancel_task' and t.state in ('pending', 'in_progress'))), '{}'),
      case when p_action <> 'rerun_from' then null
        when bool_or(t.state = 'in_progress') then 'running_below'
        when bool_or(t.state in ('complete', 'cancelled', 'resolved_manually')) then 'finished_below' end
      into v_steps, v_moving, code
    from standing t;
  end if;

  if p_action = 'rerun_from' and code is null and exists (
    select from tasker_workflow_step_edges e
    left join lateral (
      select y.to_state from tasker_workflow_step_transitions y
      where y.workflow_step_id = e.from_step_id and y.most_recent limit 1
    ) c on true
    where e.to_step_id = step_id and coalesce(c.to_state, 'pending') not in ('complete', 'resolved_manually')
  ) then
    code = 'unfinished_above';
  end if;

  -- Once something is undone nothing else of the task starts.
  if p_action = 'rerun_from' and cardinality(v_undo) > 0 and step_id <> all(v_undo) then
    code = 'compensated';
  elsif p_action = 'retry_task' and cardinality(v_undo) > 0 then
    v_failed = cardinality(v_steps);
    v_steps = array(select s.id from unnest(v_steps) as s(id) where s.id = any(v_undo));
    v_moving = array(select s.id from unnest(v_moving) as s(id) where s.id = any(v_undo));
    if cardinality(v_steps) = 0 and (case when v_task <> 'error' then v_failed > 0 else not exists (
      select from unnest(v_undo) as s(id)
      left join lateral (
        select y.to_state from tasker_workflow_step_transitions y
        where y.workflow_step_id = s.id and y.most_recent limit 1
      ) c on true
      where coalesce(nullif(c.to_state, ''), 'pending') in ('pending', 'in_progress')
    ) end) then
      code = 'compensated';
    end if;
  end if;

  -- Whether it is so already.
  outcome = 'already';
  if p_action in ('retry_task', 'rerun_from') and code is distinct from 'compensated'
    and not v_over and v_task <> 'error' and cardinality(v_steps) = 0 then
    code = 'nothing_failed';
  elsif p_action = 'cancel_task' and v_task = 'cancelled' then
    code = 'task_cancelled';
  elsif p_action = 'resolve_task' and v_task = 'resolved_manually' then
    code = 'task_resolved_manually';
  elsif p_action = 'pause_task' and v_run.paused then
    code = 'paused';
  elsif p_action = 'resume_task' and not coalesce(v_run.paused, false) then
    code = 'not_paused';
  else
    outcome = 'refused';
    if p_action in ('retry_task', 'pause_task', 'rerun_from') and v_over then
      code = 'task_' || v_task;
    elsif p_action = 'resolve_task' and v_task <> 'error' then
      code = 'task_' || v_task;
    elsif p_action = 'pause_task' and v_run.task_id is null then
      code = 'no_run';
    end if;
  end if;
  if code is not null then
    return next;
    return;
  end if;

  if p_action in ('retry_task', 'rerun_from') then
    if p_action = 'retry_task' then
      update tasker_workflow_steps w set
        retry_limit = case when not w.retryable and w.attempts > 0 then w.attempts + 1
                           else greatest(coalesce(w.retry_limit, 3), coalesce(w.attempts, 0) + 1) end,
        retryable = w.retryable or w.attempts > 0, updated_at = p_now
      from unnest(v_steps) as s(id) where w.workflow_step_id = s.id;
    else
      v_details = jsonb_build_object('attempts', coalesce((
        select jsonb_object_agg(s.id, coalesce(w.attempts, 0)) from unnest(v_steps) as s(id)
        cross join lateral (select q.attempts from tasker_workflow_steps q where q.workflow_step_id = s.id limit 1) w
      ), '{}'));
      update tasker_workflow_steps w set attempts = 0, retryable = q.retryable,
        retry_limit = greatest(coalesce(w.retry_limit, 3), 1), updated_at = p_now
      from unnest(v_steps) as s(id) cross join lateral tasker_operator_step_rules(s.id) q
      where w.workflow_step_id = s.id;
    end if;
    perform tasker_operator_move_steps(v_moving, 'pending', p_now, p_note, null);
    v_to = case when v_task = 'error' then 'pending' end;
  elsif p_action = 'cancel_task' then
    perform tasker_operator_move_steps(v_moving, 'cancelled', p_now, p_note, null);
    v_to = 'cancelled';
  elsif p_action = 'resolve_task' then
    v_to = 'resolved_manually';
    p_note = p_note || jsonb_build_object('resolution', 'resolved');
  end if;
  if v_to is not null then
    perform tasker_operator_move_task(p_task_id, v_to, p_now, p_note);
  end if;
  if p_action = 'cancel_task' then
    perform tasker_cancel_children(p_task_id, null, p_now, p_note);
  end if;

  if p_action = 'pause_task' then
    update tasker_task_runs r set paused = true,
      resumes_at = case when r.owner_id = 0 and not exists (
        select from tasker_task_transitions y where y.task_id = p_task_id
      ) then r.wake_at end
    where r.task_id = p_task_id;
  elsif p_action = 'resume_task' or v_to in ('cancelled', 'resolved_manually') then
    update tasker_task_runs r set paused = false where r.task_id = p_task_id and r.paused;
  end if;
  moved = cardinality(v_moving);
  select e.owner_id, e.revision into owner_id, revision
  from tasker_operator_end(p_task_id, step_id, p_now, p_note - 'resolution', v_details) e;
  last_seq = nextval('tasker_commit_seq') * 65536;
  outcome = 'done';
  return next;
exception when sqlstate 'TK409' then
  return query select 'conflict', null::text, null::bigint, null::varchar, 0, null::bigint, null::integer, null::bigint,
    null::bigint;
end
$$;

-- A step and all that comes after it.
create function tasker_operator_steps_from(p_step_id bigint) returns bigint[]
language sql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
  with recursive below as (
    select p_step_id as id
    union
    select e.to_step_id from below b
    cross join lateral (
      select q.to_step_id from tasker_workflow_step_edges q where q.from_step_id = b.id offset 0
    ) e
  )
  select array_agg(b.id order by b.id) from below b
$$;

-- Makes a new task that does a finished one again from a step on: that step, what comes after it and what had not been
-- finished run, everything else has the results that it had. Steps that an engine added below that step while the task ran
-- are left out, it adds them again; so are those that undo, and what was undone runs. A second call finds the new task as long as that one is not over.
--   p_identity  identity hash of the new task
create function tasker_rerun_as_new(
  p_task_id bigint, p_step_id bigint, p_step_name text, p_now timestamp, p_note jsonb, p_identity text
) returns table (outcome text, code text, step_id bigint, step_name varchar, moved integer, new_task_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_run record;
  v_task text;
  v_below bigint[];
  v_seqs bigint[];
  v_new bigint;
begin
  select r.task_id, r.definition_hash into v_run from tasker_task_runs r where r.task_id = p_task_id for no key update;
  select coalesce(nullif(c.to_state, ''), 'pending') into v_task from tasker_tasks k
  left join lateral (
    select y.to_state from tasker_task_transitions y where y.task_id = k.task_id and y.most_recent limit 1
  ) c on true
  where k.task_id = p_task_id;
  if not found then
    return query select 'unknown', 'task', null::bigint, null::varchar, 0, null::bigint;
    return;
  end if;
  select w.workflow_step_id, n.name into step_id, step_name from tasker_workflow_steps w
  cross join lateral (select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id limit 1) n
  where w.task_id = p_task_id and (w.workflow_step_id = p_step_id or n.name = p_step_name)
  order by w.workflow_step_id limit 1;
  if not found then
    return query select 'unknown', 'step', null::bigint, null::varchar, 0, null::bigint;
    return;
  end if;
  moved = 0;
  outcome = 'refused';
  if v_run.task_id is null then
    code = 'no_run';
  elsif v_task in ('pending', 'in_progress') then
    code = 'task_' || v_task;
  end if;
  if code is not null then
    return next;
    return;
  end if;

  select (a.details ->> 'new_task_id')::bigint into new_task_id from tasker_operator_actions a
  cross join lateral (select q.task_id from tasker_tasks q where q.task_id = (a.details ->> 'new_task_id')::bigint limit 1) k
  left join lateral (
    select y.to_state from tasker_task_transitions y where y.task_id = k.task_id and y.most_recent limit 1
  ) c on true
  where a.task_id = p_task_id and a.action = 'rerun_as_new' and a.workflow_step_id = step_id
    and coalesce(c.to_state, 'pending') in ('pending', 'in_progress')
  order by a.action_id desc limit 1;
  if found then
    outcome = 'already';
    code = 'rerun_under_way';
    return next;
    return;
  end if;

  insert into tasker_tasks
    (named_task_id, complete, requested_at, initiator, source_system, reason, bypass_steps, tags, context, identity_hash,
     created_at, updated_at)
  select k.named_task_id, false, p_now, k.initiator, k.source_system, k.reason, k.bypass_steps, k.tags, k.context, p_identity,
    p_now, p_now
  from tasker_tasks k where k.task_id = p_task_id
  returning task_id into v_new;
  new_task_id = v_new;

  insert into tasker_task_runs
    (task_id, definition_hash, task_namespace_id, named_task_id, priority, wake_at, correlation_id, rerun_of, seal)
  select v_new, r.definition_hash, r.task_namespace_id, r.named_task_id, r.priority, p_now, r.correlation_id, p_task_id, r.seal
  from tasker_task_runs r where r.task_id = p_task_id;

  v_below = tasker_operator_steps_from(step_id);
  v_seqs = array(
    select nextval('tasker_commit_seq') * 65536 from generate_series(0, (
      select count(*) / 65536 from tasker_workflow_steps w where w.task_id = p_task_id
    ))
  );
  with defined as materialized (
    select e.step ->> 'name' as name, (e.step ->> 'default_retryable')::boolean as retryable,
      (e.step ->> 'default_retry_limit')::integer as retry_limit
    from tasker_definitions d cross join lateral jsonb_array_elements(d.definition -> 'step_templates') as e(step)
    where d.definition_hash = v_run.definition_hash
  ), undone as materialized (
    select substr(n.name, 6, length(n.name) - 6) as name
    from tasker_workflow_steps w
    cross join lateral (select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id limit 1) n
    cross join lateral (
      select y.to_state from tasker_workflow_step_transitions y
      where y.workflow_step_id = w.workflow_step_id and y.most_recent limit 1
    ) c
    where w.task_id = p_task_id and n.name like 'undo(%)' and c.to_state in ('complete', 'resolved_manually')
      and not coalesce(n.name in (select d.name from defined d), false)
  ), old as materialized (
    select w.*, c.to_state, c.metadata, d.name is not null as is_defined,
      coalesce(d.retryable, m.retryable) as first_retryable, coalesce(d.retry_limit, m.retry_limit) as first_limit, d.name is null and n.name like 'undo(%)' as is_undo,
      not coalesce(w.workflow_step_id in (select unnest(v_below)), false)
        and coalesce(c.to_state in ('complete', 'resolved_manually'), false)
        and not coalesce(n.name in (select u.name from undone u), false) as is_kept
    from tasker_workflow_steps w
    cross join lateral (select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id limit 1) n
    left join lateral (select q.* from defined q where q.name = n.name limit 1) d on true
    -- Of one that runs for an item of a list: the step that it is of.
    left join lateral (
      select q.* from defined q where q.name = substring(n.name from '^(.+)\[(?:0|[1-9]\d*)\]$') limit 1
    ) m on true
    left join lateral (
      select y.to_state, y.metadata from tasker_workflow_step_transitions y
      where y.workflow_step_id = w.workflow_step_id and y.most_recent limit 1
    ) c on true
    where w.task_id = p_task_id
  ), copied as materialized (
    select o.*, nextval('tasker_workflow_steps_workflow_step_id_seq') as new_id
    from old o
    where o.is_defined
      or not (o.is_undo or coalesce(o.workflow_step_id in (select unnest(v_below)), false))
    order by o.workflow_step_id
  ), steps as (
    insert into tasker_workflow_steps
      (workflow_step_id, task_id, named_step_id, retryable, retry_limit, in_process, processed, processed_at, attempts,
       inputs, results, created_at, updated_at, skippable)
    select c.new_id, v_new, c.named_step_id, coalesce(c.first_retryable, c.retryable),
      coalesce(c.first_limit, c.retry_limit, 3), false, c.is_kept, case when c.is_kept then p_now end, 0,
      c.inputs, case when c.is_kept then c.results else '{}' end, p_now, p_now, c.skippable
    from copied c
  ), edges as (
    insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
    select a.new_id, b.new_id, e.name, p_now, p_now
    from copied a
    cross join lateral (
      select q.to_step_id, q.name from tasker_workflow_step_edges q where q.from_step_id = a.workflow_step_id offset 0
    ) e
    cross join lateral (select q.new_id from copied q where q.workflow_step_id = e.to_step_id limit 1) b
  ), kept as (
    select c.new_id, c.workflow_step_id, c.metadata, row_number() over (order by c.new_id) - 1 as place
    from copied c where c.is_kept
  ), written as (
    insert into tasker_workflow_step_transitions
      (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select k.new_id, 'pending', 'resolved_manually', p_note || jsonb_build_object(
        -- Those after a step that was skipped go on to find it so.
        'resolution', case when k.metadata ->> 'resolution' in ('skipped', 'bypassed') then k.metadata ->> 'resolution'
                           else 'reused' end,
        'reused_from', jsonb_build_object('task_id', p_task_id, 'step_id', k.workflow_step_id),
        'seq', v_seqs[1 + k.place / 65536] + k.place % 65536),
      10, true, p_now, p_now
    from kept k
    returning 1
  )
  select count(*) into moved from written;

  insert into tasker_operator_actions (task_id, workflow_step_id, action, actor, reason, details, created_at)
  values (p_task_id, step_id, p_note ->> 'action', p_note ->> 'actor', p_note ->> 'reason',
    jsonb_build_object('new_task_id', v_new), p_now);
  outcome = 'done';
  return next;
end
$$;
