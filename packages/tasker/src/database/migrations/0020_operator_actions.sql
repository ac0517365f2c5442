-- What operators do to tasks: who did what, and the moves of which it is made. Settings and plans as in 0003.
--
-- Each action is one call of a function in 0021 or 0022. It locks the run row first, as commits do, so that what it reads
-- is what the owner has committed last; raises the revision, so that what the owner has in memory is refused; and marks
-- the row as dirty, so that the owner loads the task again without having to write. Tasks without a run row are moved in
-- the same way: their transitions are flipped by compare-and-set, which is all that the reference's own writers do.
-- Rows that an operator writes have the writer 0 and name `actor`, `action` and `reason`.

-- One row for each action that was done, also for those that move nothing.
create table tasker_operator_actions (
  action_id bigint generated always as identity primary key,
  task_id bigint not null references tasker_tasks (task_id) on delete cascade,
  -- Null: an action on the task as a whole.
  workflow_step_id bigint,
  action varchar(32) not null,
  actor varchar(255) not null,
  reason text not null,
  -- What was before, where the action changed columns.
  details jsonb not null,
  created_at timestamp(6) not null
);

create index tasker_operator_actions_task on tasker_operator_actions (task_id, action_id);

-- Moves steps of one task to `pending` (from error), `cancelled` (from pending, in progress and, by way of pending, error)
-- or `resolved_manually` (from pending and error), whatever they are in. Raises TK409 if one of them is moved by somebody
-- else at the same moment.
--   p_note     metadata of each row
--   p_results  what the steps are to have as results; null: what is there stays
create function tasker_operator_move_steps(
  p_steps bigint[], p_to text, p_now timestamp, p_note jsonb, p_results jsonb
) returns void
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
declare
  v_seqs bigint[];
  v_moved integer;
begin
  if cardinality(p_steps) = 0 then
    return;
  end if;
  -- Drawn under the lock. A step takes two places at most; a number has 65,536 of them.
  v_seqs = array(select nextval('tasker_commit_seq') * 65536 from generate_series(0, cardinality(p_steps) / 32768));

  with standing as materialized (
    select s.id, (s.o - 1) * 2 as place, c.id as row_id, coalesce(nullif(c.to_state, ''), 'pending') as state,
      coalesce(c.sort_key, 0) as sort_key, c.metadata
    from unnest(p_steps) with ordinality as s(id, o)
    left join lateral (
      select y.id, y.to_state, y.sort_key, y.metadata from tasker_workflow_step_transitions y
      where y.workflow_step_id = s.id and y.most_recent limit 1
    ) c on true
  ), flipped as (
    update tasker_workflow_step_transitions x set most_recent = false, updated_at = p_now
    from standing s where x.id = s.row_id and x.most_recent is not false
    returning x.workflow_step_id
  ), movable as materialized (
    select s.* from standing s
    where s.row_id is null or coalesce(s.id in (select workflow_step_id from flipped), false)
  ), rows as (
    select m.id, m.place, m.state as from_state, 'pending' as to_state, m.sort_key + 10 as sort_key, false as last,
      p_note as metadata
    from movable m where m.state = 'error' and p_to = 'cancelled'
    union all
    select m.id, m.place + 1, case when m.state = 'error' and p_to = 'cancelled' then 'pending' else m.state end, p_to,
      m.sort_key + case when m.state = 'error' and p_to = 'cancelled' then 20 else 10 end, true,
      -- Whose attempt is cut off.
      case when m.state = 'in_progress' then
        p_note || jsonb_strip_nulls(jsonb_build_object('execution_id', m.metadata -> 'execution_id',
          'attempt_number', m.metadata -> 'attempt_number'))
      else p_note end
    from movable m
  ), inserted as (
    insert into tasker_workflow_step_transitions
      (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select r.id, r.from_state, r.to_state,
      r.metadata || jsonb_build_object('seq', v_seqs[1 + r.place / 65536] + r.place % 65536), r.sort_key, r.last, p_now, p_now
    from rows r
    on conflict do nothing
    returning workflow_step_id, most_recent
  ), stepped as (
    update tasker_workflow_steps w set
      in_process = false,
      processed = p_to = 'resolved_manually',
      processed_at = case when p_to = 'resolved_manually' then p_now else w.processed_at end,
      backoff_request_seconds = null,
      results = coalesce(p_results, w.results),
      updated_at = p_now
    from inserted i where i.most_recent and w.workflow_step_id = i.workflow_step_id
    returning 1
  )
  select count(*) into v_moved from stepped;
  if v_moved <> cardinality(p_steps) then
    raise exception using errcode = 'TK409', message = 'a step was moved by somebody else at the same moment';
  end if;
end
$$;

-- Moves a task from the state that it is in to another one: by way of pending from error to cancelled, else directly.
create function tasker_operator_move_task(p_task_id bigint, p_to text, p_now timestamp, p_note jsonb) returns void
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
declare
  v_seq bigint = nextval('tasker_commit_seq') * 65536;
  v_moved integer;
begin
  with standing as materialized (
    select c.id as row_id, coalesce(nullif(c.to_state, ''), 'pending') as state, coalesce(c.sort_key, 0) as sort_key
    from (select) one
    left join lateral (
      select y.id, y.to_state, y.sort_key from tasker_task_transitions y
      where y.task_id = p_task_id and y.most_recent limit 1
    ) c on true
  ), flipped as (
    update tasker_task_transitions x set most_recent = false, updated_at = p_now
    from standing s where x.id = s.row_id and x.most_recent is not false
    returning 1
  ), movable as materialized (
    select s.* from standing s where s.row_id is null or exists (select from flipped)
  ), rows as (
    select 0 as place, m.state as from_state, 'pending' as to_state, m.sort_key + 10 as sort_key, false as last
    from movable m where m.state = 'error' and p_to = 'cancelled'
    union all
    select 1, case when m.state = 'error' and p_to = 'cancelled' then 'pending' else m.state end, p_to,
      m.sort_key + case when m.state = 'error' and p_to = 'cancelled' then 20 else 10 end, true
    from movable m
  ), inserted as (
    insert into tasker_task_transitions
      (task_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select p_task_id, r.from_state, r.to_state, p_note || jsonb_build_object('seq', v_seq + r.place), r.sort_key, r.last,
      p_now, p_now
    from rows r
    on conflict do nothing
    returning most_recent
  ), marked as (
    update tasker_tasks k set complete = false, updated_at = p_now
    where k.task_id = p_task_id and k.complete and exists (select from inserted i where i.most_recent)
  )
  select count(*) into v_moved from inserted i where i.most_recent;
  if v_moved <> 1 then
    raise exception using errcode = 'TK409', message = 'the task was moved by somebody else at the same moment';
  end if;
end
$$;

-- Ends an action: writes down who did it, tells the owner of the task, or has it claimed at once if it is live. One that
-- has not begun keeps its time, one that is paused has none. Gives the run's owner and revision; nulls if it has no run.
create function tasker_operator_end(
  p_task_id bigint, p_step_id bigint, p_now timestamp, p_note jsonb, p_details jsonb,
  out owner_id bigint, out revision integer
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  insert into tasker_operator_actions (task_id, workflow_step_id, action, actor, reason, details, created_at)
  values (p_task_id, p_step_id, p_note ->> 'action', p_note ->> 'actor', p_note ->> 'reason', p_details, p_now);

  update tasker_task_runs r set
    revision = r.revision + 1,
    dirty = r.owner_id <> 0,
    wake_at = case
      when r.owner_id <> 0 then r.wake_at
      when r.paused then null
      when c.to_state is null then coalesce(r.wake_at, r.resumes_at, p_now)
      when c.to_state in ('pending', 'in_progress') then least(r.wake_at, p_now)
    end,
    resumes_at = case when r.paused then r.resumes_at end
  from (select) one
  left join lateral (
    select y.to_state from tasker_task_transitions y where y.task_id = p_task_id and y.most_recent limit 1
  ) c on true
  where r.task_id = p_task_id
  returning r.owner_id, r.revision into tasker_operator_end.owner_id, tasker_operator_end.revision;

  perform tasker_wake_parents(array[r.parent_task_id], p_now)
  from tasker_task_runs r where r.task_id = p_task_id and r.parent_task_id is not null and exists (
    select from tasker_task_transitions y
    where y.task_id = p_task_id and y.most_recent and y.to_state in ('cancelled', 'resolved_manually')
  );
end
$$;

-- What a definition says of a step by its name: of one of its own, else of that which an added step runs for one item,
-- `name[i]`, or undoes, `undo(name)` and `undo(name[i])`. Of those that undo it gives the compensation's settings.
create function tasker_operator_step_template(p_hash varchar, p_name varchar, out settings jsonb, out undoes boolean)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
declare
  v_inner varchar = substring(p_name from '^undo\((.+)\)$');
begin
  select case when t.undoes then e.step -> 'compensation' else e.step end, t.undoes
    into tasker_operator_step_template.settings, tasker_operator_step_template.undoes
  from tasker_definitions d
  cross join lateral jsonb_array_elements(d.definition -> 'step_templates') as e(step)
  cross join lateral (values
    (1, p_name, false),
    (2, substring(p_name from '^(.+)\[(?:0|[1-9]\d*)\]$'), false),
    (3, v_inner, true),
    (4, substring(v_inner from '^(.+)\[(?:0|[1-9]\d*)\]$'), true)
  ) as t(rank, name, undoes)
  where d.definition_hash = p_hash and e.step ->> 'name' = t.name and (not t.undoes or e.step ? 'compensation')
  order by t.rank limit 1;
  undoes = coalesce(undoes, false);
end
$$;

-- The steps of a task that undo what others did. Nothing else of it starts once there is one.
create function tasker_operator_undo_steps(p_task_id bigint) returns bigint[]
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  return array(
    select w.workflow_step_id from tasker_workflow_steps w
    cross join lateral (
      select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id and x.name like 'undo(%)' limit 1
    ) n
    cross join lateral (
      select r.definition_hash from tasker_task_runs r where r.task_id = p_task_id limit 1
    ) r
    cross join lateral tasker_operator_step_template(r.definition_hash, n.name) t
    where w.task_id = p_task_id and t.undoes
    order by 1
  );
end
$$;

-- How often and whether again a step may be tried by the definition that its task runs; by its own row where there is none.
create function tasker_operator_step_rules(p_step_id bigint, out retryable boolean, out retry_limit integer)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  select coalesce((t.settings ->> 'default_retryable')::boolean, w.retryable),
      coalesce((t.settings ->> 'default_retry_limit')::integer, w.retry_limit, 3)
    into tasker_operator_step_rules.retryable, tasker_operator_step_rules.retry_limit
  from tasker_workflow_steps w
  cross join lateral (select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id limit 1) n
  left join lateral (
    select q.definition_hash from tasker_task_runs q where q.task_id = w.task_id limit 1
  ) r on true
  left join lateral tasker_operator_step_template(r.definition_hash, n.name) t on true
  where w.workflow_step_id = p_step_id;
end
$$;
