-- Gives back permits of a process and takes others for its steps that are ready: one call for all of them.
--   p_call        number of the call, drawn by the process, which makes one at a time
--   p_fence       whether the calls before this one were given up without an answer: those that are under way are waited for,
--                 so that what they took can be given back, and those still to come will do nothing. To be made without groups:
--                 the process's row stays locked, and its lease could not be renewed while limiters are waited for
--   p_now         null: the database's own time, so that the clocks of machines may differ
--   p_given_back  numbers of permits; null for none. One of a remote worker's attempt stays while that is offered or runs: it
--                 goes with the task to whoever loads it next
--   p_patience_ms how much longer a step of another process must have waited to go first, and for how long it keeps that right
--                 when its process does not ask; twice the time after which a process asks again
--   p_groups      steps with the same limits, in the order of their turns: [{g: number of the group,
--                 l: its limits [{i: limiter, c: most at the same time, n: most starts within s seconds; null: any number}],
--                 w: the steps asked for [[permit number, task, step, id of the attempt of a remote worker or absent]], k: number of those that wait, with these,
--                 o: milliseconds that the first has waited, h: whether the group has a row in tasker_limit_waits}]
-- Returns for each group how many of its steps got their permits: the first ones. If not all did: the limiter that refused,
-- and if that is only a matter of time, how many milliseconds are left.
-- Limiters are locked in one order, by advisory locks that last as long as the transaction. What is read after that is read by
-- statements of their own, for their snapshots must be younger than the locks.
create function tasker_take_permits(
  p_process bigint, p_call bigint, p_fence boolean, p_now timestamp, p_given_back bigint[], p_patience_ms integer, p_groups json
) returns table (place integer, granted integer, refused_by text, wait_ms double precision)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  c_lock_class constant integer := 1414743884;
  c_process_lock_class constant integer := 1414743885;
  v_patience interval := p_patience_ms * interval '1 millisecond';
  v_now timestamp;
  v_hash integer;
  v_group record;
  v_limit record;
  v_free bigint;
  v_left bigint;
  v_in_window bigint;
  v_next double precision;
  v_refused text;
  v_wait double precision;
  v_oldest timestamp;
begin
  -- Calls of one process go one after the other, also those that nobody listens to any more. Before the limiters' locks, always.
  perform pg_advisory_xact_lock(c_process_lock_class, (p_process % 2147483647)::integer);

  if p_fence then
    update tasker_processes p set first_permit_call = p_call
    where p.process_id = p_process and p.stopped_at is null and p.first_permit_call < p_call;
  end if;
  if p_given_back is not null then
    delete from tasker_permits p where p.process_id = p_process and p.permit_no = any(p_given_back)
      and (p.execution_id is null or not tasker_is_outside(p.workflow_step_id, p.execution_id));
  end if;

  -- A process that was declared dead and does not know it yet gets nothing, nor does a call that was given up.
  if p_groups is null or not exists (
    select from tasker_processes p where p.process_id = p_process and p.stopped_at is null and p.first_permit_call <= p_call
  ) then
    return;
  end if;

  for v_hash in
    select distinct hashtext(l.value ->> 'i')
    from json_array_elements(p_groups) as g(value) cross join lateral json_array_elements(g.value -> 'l') as l(value)
    order by 1
  loop
    perform pg_advisory_xact_lock(c_lock_class, v_hash);
  end loop;
  v_now := coalesce(p_now, clock_timestamp() at time zone 'UTC');

  for v_group in
    select a.place, q.g, q.l, q.w, q.k, q.o, q.h
    from json_array_elements(p_groups) with ordinality as a(value, place)
    cross join lateral json_to_record(a.value)
      as q(g bigint, l json, w json, k integer, o double precision, h boolean)
    order by a.place
  loop
    v_free := json_array_length(v_group.w);
    v_refused := null;
    v_wait := null;
    v_oldest := v_now - v_group.o * interval '1 millisecond';

    for v_limit in
      select l.i, l.c, l.n, l.s * interval '1 second' as span
      from json_to_recordset(v_group.l) as l(i text, c integer, n integer, s double precision)
    loop
      v_left := v_free;
      v_next := null;

      if v_limit.c is not null then
        select least(v_left, v_limit.c - count(*)) into v_left from tasker_permits p where p.limiter = v_limit.i;
      end if;

      if v_limit.n is not null then
        -- The start that has to be over before another one fits: after it there are fewer than n younger ones.
        select coalesce(max(x.so_far), 0),
          1000 * extract(epoch from min(x.started_at) filter (where x.so_far - x.starts < v_limit.n) + v_limit.span - v_now)
        into v_in_window, v_next
        from (
          select r.started_at, r.starts, sum(r.starts) over (order by r.started_at desc) as so_far
          from tasker_rate_starts r
          -- What lies further ahead was written by a clock that was set wrong, and would hold everybody up for as long.
          where r.limiter = v_limit.i and r.started_at > v_now - v_limit.span and r.started_at <= v_now + v_limit.span
        ) x;
        if v_limit.n - v_in_window < v_left then
          v_left := v_limit.n - v_in_window;
        else
          v_next := null;
        end if;
      end if;

      -- A step of another process that came long before, and for which that process asks, goes first.
      if v_left > 0 and exists (
        select from tasker_limit_waits w
        where w.limiter = v_limit.i and w.process_id <> p_process
          and w.oldest_at < v_oldest - v_patience and w.next_at > v_now - v_patience
      ) then
        v_left := 0;
        v_next := null;
      end if;

      if v_left < v_free then
        v_free := greatest(v_left, 0);
        v_refused := v_limit.i;
        v_wait := v_next;
      end if;
    end loop;

    if v_free > 0 then
      insert into tasker_permits (process_id, permit_no, limiter, task_id, workflow_step_id, execution_id, granted_at)
      select p_process, (w.value ->> 0)::bigint, l.i, (w.value ->> 1)::bigint, (w.value ->> 2)::bigint, w.value ->> 3, v_now
      from json_array_elements(v_group.w) with ordinality as w(value, place)
      cross join lateral json_to_recordset(v_group.l) as l(i text, c integer)
      where w.place <= v_free and l.c is not null;

      insert into tasker_rate_starts as r (limiter, started_at, starts, ends_at)
      select l.i, v_now, v_free, v_now + l.s * interval '1 second'
      from json_to_recordset(v_group.l) as l(i text, n integer, s double precision) where l.n is not null
      on conflict (limiter, started_at) do update
      set starts = r.starts + excluded.starts, ends_at = greatest(r.ends_at, excluded.ends_at);
      -- Each start pays for removing two that are over, of whatever limiter: those of one that nobody uses any more go, too.
      if found then
        with ended as materialized (
          select r.limiter, r.started_at from tasker_rate_starts r
          where r.ends_at <= v_now order by r.ends_at limit 2 * v_free for update skip locked
        )
        delete from tasker_rate_starts r using ended e where r.limiter = e.limiter and r.started_at = e.started_at;
      end if;
    end if;

    if v_refused is not null and v_group.k > v_free then
      insert into tasker_limit_waits as t (process_id, group_no, limiter, waiting, oldest_at, next_at)
      values (p_process, v_group.g, v_refused, v_group.k - v_free, v_oldest,
        v_now + coalesce(v_wait * interval '1 millisecond', v_patience / 2))
      on conflict (process_id, group_no) do update set
        limiter = excluded.limiter, waiting = excluded.waiting, oldest_at = excluded.oldest_at, next_at = excluded.next_at;
    elsif v_group.h then
      delete from tasker_limit_waits t where t.process_id = p_process and t.group_no = v_group.g;
    end if;

    place := v_group.place - 1;
    granted := v_free;
    refused_by := v_refused;
    wait_ms := v_wait;
    return next;
  end loop;
end
$$;
