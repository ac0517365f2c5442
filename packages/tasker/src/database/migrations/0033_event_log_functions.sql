-- What durable subscribers ask and write, and how far the tables have got that engines on a shared database watch, too. Settings
-- and plans as in 0003.

-- How far the tables of the log have got.
--   tasks, task_rows, step_rows, events: the last id that was given out. A row with an id up to there can still appear, if
--     it is of one of the `writers`: transactions that hold a lock for writing on a table or its sequence. Whoever takes an id
--     has locked the sequence, and keeps the lock to its end, so what takes a lock after this look gets a greater id.
create function tasker_positions()
returns table (tasks bigint, task_rows bigint, step_rows bigint, events bigint, writers text[])
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  select case when s.is_called then s.last_value else s.last_value - 1 end into tasks
  from tasker_tasks_task_id_seq s;
  select case when s.is_called then s.last_value else s.last_value - 1 end into task_rows
  from tasker_task_transitions_id_seq s;
  select case when s.is_called then s.last_value else s.last_value - 1 end into step_rows
  from tasker_workflow_step_transitions_id_seq s;
  select case when s.is_called then s.last_value else s.last_value - 1 end into events
  from tasker_events_id_seq s;
  -- In a statement that comes after those.
  select coalesce(array_agg(distinct l.virtualtransaction), '{}') into writers from pg_locks l
  where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.pid is distinct from pg_backend_pid()
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
    and l.relation in (
      'tasker_tasks'::regclass, 'tasker_tasks_task_id_seq'::regclass,
      'tasker_task_transitions'::regclass, 'tasker_task_transitions_id_seq'::regclass,
      'tasker_workflow_step_transitions'::regclass, 'tasker_workflow_step_transitions_id_seq'::regclass,
      'tasker_events'::regclass, 'tasker_events_id_seq'::regclass
    );
  return next;
end
$$;

-- Rows of the log with ids in ranges, ascending by table and id, under one snapshot.
--   p_sources, p_froms, p_tos: ranges, ascending by source and id; the source is 0 for tasks, 1 for their transitions, 2 for
--     those of steps, 3 for stored events
--   p_limit, p_bytes: rows of one table at most, and bytes after which no further row of it is given
-- `place` numbers the rows of a table from 1; there are more if `found` is greater than the place of the last one.
create function tasker_read_log(p_sources integer[], p_froms bigint[], p_tos bigint[], p_limit integer, p_bytes bigint)
returns table (
  source integer, id bigint, place integer, found integer, task_id bigint, step_id bigint, named_task_id integer,
  named_step_id integer, correlation_id varchar, requested_at timestamp, from_state varchar, to_state varchar,
  sort_key integer, seq bigint, details jsonb, name varchar, event_id varchar, at timestamp, written_at timestamp
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  select 0, q.id, q.place::integer, q.found::integer, q.id, null::bigint, q.named_task_id, null::integer, r.correlation_id,
    q.requested_at, null::varchar, 'pending'::varchar, 0, null::bigint,
    jsonb_build_object('initiator', q.initiator, 'source_system', q.source_system, 'reason', q.reason),
    null::varchar, null::varchar, q.created_at, q.created_at
  from (
    select k.*, row_number() over (order by k.id) as place, count(*) over () as found
    from (
      select k.task_id as id, k.named_task_id, k.requested_at, k.initiator, k.source_system, k.reason, k.created_at
      from unnest(p_sources, p_froms, p_tos) as g(s, f, t)
      cross join lateral (
        select x.* from tasker_tasks x where g.s = 0 and x.task_id >= g.f and x.task_id <= g.t
        order by x.task_id limit p_limit + 1
      ) k
      order by k.task_id limit p_limit + 1
    ) k
  ) q
  left join lateral (select y.correlation_id from tasker_task_runs y where y.task_id = q.id limit 1) r on true
  where q.place <= p_limit

  union all
  select 1, q.id, q.place::integer, q.found::integer, q.task_id, null, k.named_task_id, null, r.correlation_id,
    k.requested_at, coalesce(nullif(q.from_state, ''), (
      select nullif(y.to_state, '') from tasker_task_transitions y
      where y.task_id = q.task_id and y.sort_key < q.sort_key order by y.sort_key desc limit 1
    )), q.to_state, q.sort_key, null, q.metadata, null, null, q.created_at, q.created_at
  from (
    select x.*, row_number() over (order by x.id) as place, count(*) over () as found,
      sum(pg_column_size(x.metadata)) over (order by x.id) - pg_column_size(x.metadata) as bytes
    from (
      select x.id, x.task_id, x.from_state, x.to_state, x.sort_key, coalesce(x.metadata, '{}') as metadata, x.created_at
      from unnest(p_sources, p_froms, p_tos) as g(s, f, t)
      cross join lateral (
        select y.* from tasker_task_transitions y where g.s = 1 and y.id >= g.f and y.id <= g.t
        order by y.id limit p_limit + 1
      ) x
      order by x.id limit p_limit + 1
    ) x
  ) q
  cross join lateral (select y.named_task_id, y.requested_at from tasker_tasks y where y.task_id = q.task_id limit 1) k
  left join lateral (select y.correlation_id from tasker_task_runs y where y.task_id = q.task_id limit 1) r on true
  where q.place <= p_limit and q.bytes < p_bytes

  union all
  select 2, q.id, q.place::integer, q.found::integer, w.task_id, q.workflow_step_id, k.named_task_id, w.named_step_id,
    r.correlation_id, k.requested_at, coalesce(nullif(q.from_state, ''), (
      select nullif(y.to_state, '') from tasker_workflow_step_transitions y
      where y.workflow_step_id = q.workflow_step_id and y.sort_key < q.sort_key order by y.sort_key desc limit 1
    )), q.to_state, q.sort_key, null, q.metadata, null, null, q.created_at, q.created_at
  from (
    select x.*, row_number() over (order by x.id) as place, count(*) over () as found,
      sum(pg_column_size(x.metadata)) over (order by x.id) - pg_column_size(x.metadata) as bytes
    from (
      select x.id, x.workflow_step_id, x.from_state, x.to_state, x.sort_key, coalesce(x.metadata, '{}') as metadata,
        x.created_at
      from unnest(p_sources, p_froms, p_tos) as g(s, f, t)
      cross join lateral (
        select y.* from tasker_workflow_step_transitions y where g.s = 2 and y.id >= g.f and y.id <= g.t
        order by y.id limit p_limit + 1
      ) x
      order by x.id limit p_limit + 1
    ) x
  ) q
  cross join lateral (
    select y.task_id, y.named_step_id from tasker_workflow_steps y where y.workflow_step_id = q.workflow_step_id limit 1
  ) w
  cross join lateral (select y.named_task_id, y.requested_at from tasker_tasks y where y.task_id = w.task_id limit 1) k
  left join lateral (select y.correlation_id from tasker_task_runs y where y.task_id = w.task_id limit 1) r on true
  where q.place <= p_limit and q.bytes < p_bytes

  union all
  select 3, q.id, q.place::integer, q.found::integer, q.task_id, q.workflow_step_id, k.named_task_id, w.named_step_id,
    r.correlation_id, k.requested_at, null, null, 0, q.seq, q.payload, q.name, q.event_id, q.occurred_at, q.created_at
  from (
    select x.*, row_number() over (order by x.id) as place, count(*) over () as found,
      sum(pg_column_size(x.payload)) over (order by x.id) - pg_column_size(x.payload) as bytes
    from (
      select x.id, x.task_id, x.workflow_step_id, x.seq, x.payload, x.name, x.event_id, x.occurred_at, x.created_at
      from unnest(p_sources, p_froms, p_tos) as g(s, f, t)
      cross join lateral (
        select y.* from tasker_events y where g.s = 3 and y.id >= g.f and y.id <= g.t order by y.id limit p_limit + 1
      ) x
      order by x.id limit p_limit + 1
    ) x
  ) q
  left join lateral (select y.named_task_id, y.requested_at from tasker_tasks y where y.task_id = q.task_id limit 1) k on true
  left join lateral (
    select y.named_step_id from tasker_workflow_steps y where y.workflow_step_id = q.workflow_step_id limit 1
  ) w on true
  left join lateral (select y.correlation_id from tasker_task_runs y where y.task_id = q.task_id limit 1) r on true
  where q.place <= p_limit and q.bytes < p_bytes
  order by 1, 2;
end
$$;

-- Which rows of the log there are with ids in ranges, under one snapshot, without what they tell: a fraction of the work. Parameters as
-- in tasker_read_log. One row for each table that has some: what their rows have, ascending by id, times in milliseconds since the
-- epoch, `seqs` as in tasker_log_beyond; `more`: there are further ones.
create function tasker_scan_log(p_sources integer[], p_froms bigint[], p_tos bigint[], p_limit integer)
returns table (
  source integer, ids bigint[], task_ids bigint[], seqs double precision[], ats bigint[], written_ats bigint[], more boolean
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  select k.source, k.ids[1:p_limit], k.task_ids[1:p_limit], k.seqs[1:p_limit], k.ats[1:p_limit],
    (coalesce(k.written_ats, k.ats))[1:p_limit], cardinality(k.ids) > p_limit
  from (
    select 0 as source, array_agg(q.id) as ids, array_agg(q.id) as task_ids, array_agg(null::double precision) as seqs,
      array_agg(floor(extract(epoch from q.at) * 1000)::bigint) as ats, null::bigint[] as written_ats
    from (
      select x.task_id as id, x.created_at as at
      from unnest(p_sources, p_froms, p_tos) as g(s, f, t)
      cross join lateral (
        select y.task_id, y.created_at from tasker_tasks y where g.s = 0 and y.task_id >= g.f and y.task_id <= g.t
        order by y.task_id limit p_limit + 1
      ) x
      order by x.task_id limit p_limit + 1
    ) q
    union all
    select 1, array_agg(q.id), array_agg(q.task_id),
      array_agg(case when jsonb_typeof(q.metadata -> 'seq') = 'number' and q.metadata ? 'writer'
        then (q.metadata -> 'seq')::double precision end),
      array_agg(floor(extract(epoch from q.at) * 1000)::bigint), null
    from (
      select x.id, x.task_id, x.metadata, x.created_at as at
      from unnest(p_sources, p_froms, p_tos) as g(s, f, t)
      cross join lateral (
        select y.* from tasker_task_transitions y where g.s = 1 and y.id >= g.f and y.id <= g.t
        order by y.id limit p_limit + 1
      ) x
      order by x.id limit p_limit + 1
    ) q
    union all
    select 2, array_agg(q.id), array_agg(q.task_id),
      array_agg(case when jsonb_typeof(q.metadata -> 'seq') = 'number' and q.metadata ? 'writer'
        then (q.metadata -> 'seq')::double precision end),
      array_agg(floor(extract(epoch from q.at) * 1000)::bigint), null
    from (
      select x.id, w.task_id, x.metadata, x.created_at as at
      from unnest(p_sources, p_froms, p_tos) as g(s, f, t)
      cross join lateral (
        select y.* from tasker_workflow_step_transitions y where g.s = 2 and y.id >= g.f and y.id <= g.t
        order by y.id limit p_limit + 1
      ) x
      cross join lateral (
        select y.task_id from tasker_workflow_steps y where y.workflow_step_id = x.workflow_step_id limit 1
      ) w
      order by x.id limit p_limit + 1
    ) q
    union all
    select 3, array_agg(q.id), array_agg(q.task_id), array_agg(q.seq::double precision),
      array_agg(floor(extract(epoch from q.occurred_at) * 1000)::bigint),
      array_agg(floor(extract(epoch from q.created_at) * 1000)::bigint)
    from (
      select x.id, x.task_id, x.seq, x.occurred_at, x.created_at
      from unnest(p_sources, p_froms, p_tos) as g(s, f, t)
      cross join lateral (
        select y.* from tasker_events y where g.s = 3 and y.id >= g.f and y.id <= g.t order by y.id limit p_limit + 1
      ) x
      order by x.id limit p_limit + 1
    ) q
  ) k
  where k.ids is not null
  order by 1;
end
$$;

-- The first of the rows that tasks have above the given ids: least `seq`, least time, and least time of those without `seq`. Only
-- tasks that have some.
--   p_with_steps: whether the rows of the task's steps are looked at
--   p_task_rows, p_step_rows, p_events: null: rows of this table are not looked at
create function tasker_log_beyond(
  p_tasks bigint[], p_with_steps boolean[], p_task_rows bigint, p_step_rows bigint, p_events bigint
) returns table (task_id bigint, seq double precision, at timestamp, unnumbered_at timestamp)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  return query
  select t.id, min(b.seq), min(b.at), min(b.at) filter (where b.seq is null)
  from unnest(p_tasks, p_with_steps) as t(id, with_steps)
  cross join lateral (
    select case when jsonb_typeof(x.metadata -> 'seq') = 'number' and x.metadata ? 'writer'
        then (x.metadata -> 'seq')::double precision end as seq, x.created_at as at
    from tasker_task_transitions x where p_task_rows is not null and x.task_id = t.id and x.id > p_task_rows
    union all
    select case when jsonb_typeof(x.metadata -> 'seq') = 'number' and x.metadata ? 'writer'
        then (x.metadata -> 'seq')::double precision end, x.created_at
    from tasker_workflow_steps w
    cross join lateral (
      select y.metadata, y.created_at from tasker_workflow_step_transitions y
      where y.workflow_step_id = w.workflow_step_id and y.id > p_step_rows offset 0
    ) x
    where p_step_rows is not null and t.with_steps and w.task_id = t.id
    union all
    select x.seq::double precision, x.occurred_at from tasker_events x
    where p_events is not null and x.task_id = t.id and x.id > p_events
  ) b
  group by t.id;
end
$$;

-- The positions in the log at a time: the rows after them were written then or later, as far as rows with greater ids were
-- written later. Found by halving along the primary keys.
create function tasker_log_positions_at(p_at timestamp)
returns table (tasks bigint, task_rows bigint, step_rows bigint, events bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set timezone = 'UTC'
as $$
declare
  v_found bigint[] = '{}';
  v_table text[];
  v_low bigint;
  v_high bigint;
  v_middle bigint;
  v_id bigint;
  v_at timestamp;
begin
  foreach v_table slice 1 in array array[
    ['tasker_tasks', 'task_id'], ['tasker_task_transitions', 'id'], ['tasker_workflow_step_transitions', 'id'],
    ['tasker_events', 'id']
  ] loop
    execute format('select coalesce(min(x.%2$I), 1) - 1, coalesce(max(x.%2$I), 0) from %1$I x', v_table[1], v_table[2])
      into v_low, v_high;
    while v_low < v_high loop
      v_middle = v_low + (v_high - v_low) / 2;
      execute format('select x.%2$I, x.created_at from %1$I x where x.%2$I > $1 order by x.%2$I limit 1', v_table[1], v_table[2])
        into v_id, v_at using v_middle;
      if v_at < p_at then
        v_low = v_id;
      else
        v_high = v_middle;
      end if;
    end loop;
    v_found = v_found || v_low;
  end loop;
  return query select v_found[1], v_found[2], v_found[3], v_found[4];
end
$$;

-- Moves a subscriber's cursor on, and keeps what it could not take. Gives the ids of the deliveries that were made, in the order
-- of p_failed; null, and nothing is written, for somebody who no longer runs it.
--   p_next    the least id of each table that it has still to read
--   p_failed  [{t: task, e: event, a: attempts, d: when it is tried next, x: error, dead: given up}] in the order of each task
create function tasker_advance_subscriber(
  p_subscriber integer, p_epoch bigint, p_now timestamp, p_cursor jsonb, p_next bigint[], p_failed json
) returns bigint[]
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
declare
  v_made bigint[] = '{}';
begin
  update tasker_event_subscribers s
  set cursor = p_cursor, next_task_id = p_next[1], next_task_row_id = p_next[2], next_step_row_id = p_next[3],
    next_event_id = p_next[4], updated_at = p_now
  where s.subscriber_id = p_subscriber and s.epoch = p_epoch;
  if not found then
    return null;
  end if;
  if p_failed is not null then
    with made as (
      insert into tasker_event_deliveries (subscriber_id, task_id, event, attempts, due_at, error, created_at)
      select p_subscriber, q.t, q.e, q.a, q.d, q.x, p_now
      from rows from (json_to_recordset(p_failed) as (t bigint, e jsonb, a integer, d timestamp, x jsonb, dead boolean))
        with ordinality as q(t, e, a, d, x, dead, o)
      where not q.dead order by q.o
      returning delivery_id
    )
    select coalesce(array_agg(m.delivery_id order by m.delivery_id), '{}') into v_made from made m;
    insert into tasker_dead_letters
      (subscriber_id, task_id, event_id, event_name, event, attempts, error, first_at, died_at)
    select p_subscriber, q.t, q.e ->> 'id', q.e ->> 'name', q.e, q.a, q.x, p_now, p_now
    from rows from (json_to_recordset(p_failed) as (t bigint, e jsonb, a integer, d timestamp, x jsonb, dead boolean))
      with ordinality as q(t, e, a, d, x, dead, o)
    where q.dead order by q.o;
    -- What they were to wait for may be through by now.
    update tasker_event_deliveries d set due_at = p_now
    from (
      select distinct q.t from json_to_recordset(p_failed) as q(t bigint, d timestamp, dead boolean)
      where q.d is null and not q.dead
    ) w
    where d.due_at is null and d.delivery_id = (
      select q.delivery_id from tasker_event_deliveries q
      where q.subscriber_id = p_subscriber and q.task_id = w.t order by q.delivery_id limit 1
    );
  end if;
  return v_made;
end
$$;

-- Writes what became of a delivery that was tried again: to be tried once more at p_due, or through, which is the turn of the
-- next one of its task; given up for good if p_dead. Gives the id of the next one, 0 if there is none, or the delivery is gone or
-- tried once more; null for somebody who no longer runs the subscriber.
create function tasker_settle_delivery(
  p_subscriber integer, p_epoch bigint, p_delivery bigint, p_now timestamp, p_attempts integer, p_due timestamp, p_error jsonb,
  p_dead boolean
) returns bigint
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
declare
  v_gone tasker_event_deliveries;
  v_next bigint;
begin
  perform from tasker_event_subscribers s where s.subscriber_id = p_subscriber and s.epoch = p_epoch for no key update;
  if not found then
    return null;
  end if;
  if p_due is not null then
    update tasker_event_deliveries d set attempts = p_attempts, due_at = p_due, error = p_error
    where d.delivery_id = p_delivery;
    return 0;
  end if;
  delete from tasker_event_deliveries d where d.delivery_id = p_delivery returning d.* into v_gone;
  if not found then
    return 0;
  end if;
  if p_dead then
    insert into tasker_dead_letters
      (subscriber_id, task_id, event_id, event_name, event, attempts, error, first_at, died_at)
    values (p_subscriber, v_gone.task_id, v_gone.event ->> 'id', v_gone.event ->> 'name', v_gone.event, p_attempts, p_error,
      v_gone.created_at, p_now);
  end if;
  select d.delivery_id into v_next from tasker_event_deliveries d
  where d.subscriber_id = p_subscriber and d.task_id = v_gone.task_id order by d.delivery_id limit 1;
  update tasker_event_deliveries d set due_at = p_now where d.delivery_id = v_next and d.due_at is null;
  return coalesce(v_next, 0);
end
$$;
