-- What somebody outside tells a task that waits for it, or will. Kept until a step takes it; a row goes with its task.
create table tasker_signals (
  signal_id bigint generated always as identity primary key,
  task_namespace_id integer not null,
  task_id bigint not null references tasker_tasks (task_id) on delete cascade,
  name varchar(128) not null,
  payload jsonb not null,
  sender varchar(128),
  -- Two signals of a task with the same key are one.
  idempotency_key varchar(255),
  received_at timestamp(6) not null,
  -- Set by the commit that ends the step's wait.
  consumed_at timestamp(6),
  consumed_by_step_id bigint,
  constraint consumed_by_a_step check ((consumed_at is null) = (consumed_by_step_id is null))
);

create index tasker_signals_of_task on tasker_signals (task_id, signal_id);
create unique index tasker_signals_once on tasker_signals (task_id, idempotency_key) where idempotency_key is not null;

-- Keeps a signal for a task and wakes it. The run row is locked first, so that the signals of a task have ids in the order
-- in which they were committed, and its revision is raised: an owner that has the task in memory loads it again.
--   p_most: signals that may wait in a task
-- Returns nothing for a task that has no run row; otherwise the signal, null if it was refused because of `state` or because
-- of too many that wait; whether it is new; and the task's owner and revision.
create function tasker_signal(
  p_task_id bigint, p_name varchar, p_payload jsonb, p_sender varchar, p_key varchar, p_now timestamp, p_most integer
) returns table (signal_id bigint, created boolean, state varchar, waiting integer, owner_id bigint, revision integer)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_namespace_id integer;
  v_has_begun boolean;
begin
  select r.task_namespace_id, r.owner_id, r.revision into v_namespace_id, owner_id, revision
  from tasker_task_runs r where r.task_id = p_task_id for no key update;
  if not found then
    return;
  end if;

  select y.to_state into state from tasker_task_transitions y where y.task_id = p_task_id and y.most_recent limit 1;
  v_has_begun = found;
  state = coalesce(state, 'pending');
  created = false;
  select g.signal_id into signal_id from tasker_signals g
  where g.task_id = p_task_id and g.idempotency_key = p_key limit 1;
  select count(*) into waiting from (
    select from tasker_signals g where g.task_id = p_task_id and g.consumed_at is null limit p_most
  ) q;
  if signal_id is not null or waiting >= p_most or state in ('complete', 'cancelled', 'resolved_manually') then
    return next;
    return;
  end if;

  insert into tasker_signals (task_namespace_id, task_id, name, payload, sender, idempotency_key, received_at)
  values (v_namespace_id, p_task_id, p_name, p_payload, p_sender, p_key, p_now)
  returning tasker_signals.signal_id into signal_id;
  created = true;
  -- A task that has not begun keeps its time. One that is paused or has failed has none.
  update tasker_task_runs r set revision = r.revision + 1, dirty = r.owner_id <> 0,
    wake_at = case when r.owner_id = 0 and v_has_begun and r.wake_at is not null then least(r.wake_at, p_now)
                   else r.wake_at end
  where r.task_id = p_task_id
  returning r.revision into revision;
  return next;
end
$$;
