-- What an operator does to one step. Settings and plans as in 0003.
--   p_action  retry_step, reset_attempts, resolve_step, complete_step, skip_step, cancel_step, edit_step
--   p_step_id, p_step_name: one of them names the step
--   p_note    {writer: 0, actor, action, reason}: metadata of what is written
--   p_options complete_step: {results}; edit_step: {retry_limit, inputs}, what is missing stays
-- Gives `outcome`: done; already, if it was so; refused; unknown, if there is no such task or step; conflict, if somebody
-- else moved something at the same moment and nothing was written. The rows that it wrote have a `seq` from first_seq to last_seq. `code` says why: task_ or step_ and the state that it
-- is in, or what 0021 and 0022 call it.
create function tasker_act_on_step(
  p_task_id bigint, p_action text, p_step_id bigint, p_step_name text, p_now timestamp, p_note jsonb, p_options jsonb
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
  v_task text;
  v_step record;
  v_rules record;
  v_stuck boolean;
  v_open boolean;
  v_to text;
  v_details jsonb = '{}';
  v_results jsonb;
  v_undo bigint[];
begin
  if p_action = 'cancel_step' then
    perform tasker_lock_family(p_task_id, coalesce(p_step_id, (
      select min(w.workflow_step_id) from tasker_workflow_steps w
      cross join lateral (select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id limit 1) n
      where w.task_id = p_task_id and n.name = p_step_name
    ), 0));
  end if;
  perform from tasker_task_runs r where r.task_id = p_task_id for no key update;
  -- Under the lock: between the two numbers are the rows of this action, and of no other one of the task.
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
  select w.workflow_step_id as id, n.name, coalesce(w.attempts, 0) as attempts, coalesce(w.retry_limit, 3) as retry_limit,
      w.retryable, w.skippable, w.inputs, w.results, coalesce(nullif(c.to_state, ''), 'pending') as state, c.metadata
    into v_step
  from tasker_workflow_steps w
  cross join lateral (select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id limit 1) n
  left join lateral (
    select y.to_state, y.metadata from tasker_workflow_step_transitions y
    where y.workflow_step_id = w.workflow_step_id and y.most_recent limit 1
  ) c on true
  where w.task_id = p_task_id and (w.workflow_step_id = p_step_id or n.name = p_step_name)
  order by w.workflow_step_id limit 1;
  if not found then
    return query select 'unknown', 'step', null::bigint, null::varchar, 0, null::bigint, null::integer,
      null::bigint, null::bigint;
    return;
  end if;

  step_id = v_step.id;
  step_name = v_step.name;
  moved = 0;
  v_open = v_step.state in ('pending', 'error');
  -- Pending, and yet it would not be started.
  v_stuck = v_step.state = 'pending'
    and (v_step.attempts >= v_step.retry_limit or (not v_step.retryable and v_step.attempts > 0));

  -- Whether it is so already.
  if p_action = 'retry_step' and ((v_step.state = 'pending' and not v_stuck) or v_step.state = 'in_progress') then
    code = 'step_' || v_step.state;
  elsif p_action = 'reset_attempts' and v_step.state = 'pending' and v_step.attempts = 0 and not v_stuck then
    code = 'no_attempts';
  elsif p_action in ('resolve_step', 'skip_step') and v_step.state = 'resolved_manually' then
    code = 'step_resolved_manually';
  elsif p_action = 'complete_step' and v_step.state = 'resolved_manually'
    and v_step.results = p_options -> 'results' then
    code = 'step_resolved_manually';
  elsif p_action = 'cancel_step' and v_step.state = 'cancelled' then
    code = 'step_cancelled';
  elsif p_action = 'edit_step'
    and (not p_options ? 'retry_limit' or v_step.retry_limit = (p_options ->> 'retry_limit')::integer)
    and (not p_options ? 'inputs' or v_step.inputs is not distinct from nullif(p_options -> 'inputs', 'null')) then
    code = 'same_values';
  end if;
  if code is not null then
    outcome = 'already';
    return next;
    return;
  end if;

  -- Whether it cannot be.
  if v_task in ('complete', 'cancelled', 'resolved_manually') then
    code = 'task_' || v_task;
  elsif not v_open and not (v_step.state = 'in_progress' and p_action in ('cancel_step', 'edit_step')) then
    code = 'step_' || v_step.state;
  elsif p_action <> 'cancel_step' then
    v_undo = tasker_operator_undo_steps(p_task_id);
    if cardinality(v_undo) > 0 and v_step.id <> all(v_undo) then
      -- Nothing but what undoes starts any more.
      code = 'compensated';
    elsif p_action = 'skip_step' and not v_step.skippable then
      code = 'not_skippable';
    end if;
  end if;
  if code is not null then
    outcome = 'refused';
    return next;
    return;
  end if;

  if p_action = 'retry_step' then
    -- One that had no attempt left gets one more, and no more than that.
    v_details = jsonb_build_object('retry_limit', v_step.retry_limit, 'retryable', v_step.retryable);
    update tasker_workflow_steps w set
      retry_limit = case when not v_step.retryable and v_step.attempts > 0 then v_step.attempts + 1
                         else greatest(v_step.retry_limit, v_step.attempts + 1) end,
      retryable = v_step.retryable or v_step.attempts > 0, updated_at = p_now
    where w.workflow_step_id = v_step.id;
    v_to = 'pending';
  elsif p_action = 'reset_attempts' then
    v_details = jsonb_build_object('attempts', v_step.attempts, 'retry_limit', v_step.retry_limit, 'retryable', v_step.retryable);
    select * into v_rules from tasker_operator_step_rules(v_step.id);
    update tasker_workflow_steps w set attempts = 0, retryable = v_rules.retryable,
      retry_limit = greatest(v_step.retry_limit, 1), updated_at = p_now
    where w.workflow_step_id = v_step.id;
    v_to = 'pending';
  elsif p_action = 'cancel_step' then
    v_to = 'cancelled';
  elsif p_action = 'edit_step' then
    v_details = jsonb_build_object('retry_limit', v_step.retry_limit, 'inputs', v_step.inputs);
    update tasker_workflow_steps w set
      retry_limit = coalesce((p_options ->> 'retry_limit')::integer, w.retry_limit),
      inputs = case when p_options ? 'inputs' then nullif(p_options -> 'inputs', 'null') else w.inputs end,
      updated_at = p_now
    where w.workflow_step_id = v_step.id;
    -- One that had used up its attempts goes on; one that waits for its retry goes on waiting.
    if v_step.state = 'error' and v_step.retryable and v_step.attempts >= v_step.retry_limit
      and v_step.attempts < (p_options ->> 'retry_limit')::integer then
      v_to = 'pending';
    end if;
  else
    v_to = 'resolved_manually';
    p_note = p_note || jsonb_build_object('resolution',
      case p_action when 'skip_step' then 'skipped' when 'complete_step' then 'completed' else 'resolved' end);
    v_results = case when p_action = 'complete_step' then p_options -> 'results' end;
  end if;

  if v_to is not null and v_to <> v_step.state then
    perform tasker_operator_move_steps(array[v_step.id], v_to, p_now, p_note, v_results);
    moved = 1;
  end if;
  -- The engine is to decide again over a task that had come to a halt.
  if v_task = 'error' and v_to is not null then
    perform tasker_operator_move_task(p_task_id, 'pending', p_now, p_note - 'resolution');
  end if;
  if p_action = 'cancel_step' then
    perform tasker_cancel_children(p_task_id, v_step.id, p_now, p_note);
  end if;
  select e.owner_id, e.revision into owner_id, revision
  from tasker_operator_end(p_task_id, v_step.id, p_now, p_note - 'resolution', v_details) e;
  last_seq = nextval('tasker_commit_seq') * 65536;
  outcome = 'done';
  return next;
exception when sqlstate 'TK409' then
  return query select 'conflict', null::text, null::bigint, null::varchar, 0, null::bigint, null::integer, null::bigint,
    null::bigint;
end
$$;
