-- The engine's hot statements. They are functions so that their planner settings travel with them: settings by session
-- leak to other clients behind a pooler. Nested loops over an index are the only plan that stays right whether a table is
-- empty, never analysed or large, so nothing else is allowed; every lookup is written so that it has such a plan.
-- `coalesce(x in (select ...), false)` keeps the planner from turning a membership test into a join: it hashes the list.

-- Writes what happened to a batch of tasks that p_owner runs.
--   p_tasks     [{t: task, e: epoch, r: revision, n: number of outcomes, m: number of outcomes and starts,
--                 b: sort key of the task's current row, 0 for none, null for no move; c: complete;
--                 x: ends or releases the ownership, w: wake-up time after that}], in ascending order of t
--   p_task_rows [{t, q: place in the batch, k: sort key, f: from, s: to, d: metadata, l: last of its chain}]
--   p_outcomes  [{t, s: step, q, b: sort key of its current row, k: new sort key, f: from, g: to, d: metadata, a: attempts,
--                 o: backoff seconds, h: has results, v: results, y: retryable, null for unchanged}]
--   p_starts    [{t, s, q, b, k, f, g, d, a}]
--   p_extra     [{s, q, k, f, g, d}]: rows of a chain of moves before its last
--   p_annotations [{t, n: name of the type, v: value}] to store with the completion of their task, or null
-- Every row's metadata gets a `seq`: the number of the commit, then the place in the batch.
-- Returns the tasks of which something was refused. A task whose lock was refused has nothing written. If one outcome of a
-- task was refused, its other outcomes stand, its starts and its own move are not written.
create function tasker_commit(
  p_owner bigint, p_now timestamp, p_tasks json, p_task_rows json, p_outcomes json, p_starts json, p_extra json,
  p_annotations json
) returns table (refused_task_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
begin
  if p_annotations is not null then
    insert into tasker_annotation_types (name, created_at, updated_at)
    select distinct q.n, p_now, p_now from json_to_recordset(p_annotations) as q(n varchar)
    where not exists (select from tasker_annotation_types y where y.name = q.n)
    order by q.n on conflict do nothing;
  end if;

  return query
  with asked as materialized (
    select q.* from json_to_recordset(p_tasks)
      as q(t bigint, e bigint, r integer, n integer, m integer, b integer, c boolean, x boolean, w timestamp)
  ),
  -- Rows are locked in the order of p_tasks, and the owner is checked on the version that the lock got.
  locked as materialized (
    select a.t, a.n from asked a
    cross join lateral (
      select 1 from tasker_task_runs r
      where r.task_id = a.t and r.owner_id = p_owner and r.epoch = a.e and r.revision = a.r
      for no key update of r
    ) l
  ),
  -- Drawn when the locks are held, so that the numbers of a task's rows follow the order of its commits.
  drawn as materialized (
    select nextval('tasker_commit_seq') * 65536 as first from (select count(*) from locked) l
  ),
  outcomes as materialized (
    select q.* from json_to_recordset(p_outcomes)
      as q(t bigint, s bigint, q integer, b integer, k integer, f varchar, g varchar, d jsonb, a integer, o integer,
           h boolean, v jsonb, y boolean)
    where coalesce(q.t in (select t from locked), false)
  ),
  flipped as (
    update tasker_workflow_step_transitions x set most_recent = false, updated_at = p_now
    from (
      select o.t, o.s, (
        select y.ctid from tasker_workflow_step_transitions y
        where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
      ) as row_id from outcomes o
    ) o
    -- Not `x.most_recent`: that would offer the partial index on it as a way to scan.
    where x.ctid = o.row_id and x.most_recent is not false
    returning o.t, o.s
  ),
  -- Tasks that were locked and of which every outcome was accepted.
  accepted as materialized (
    select q.t from (select l.t, l.n from locked l union all select f.t, -1 from flipped f) q
    group by q.t having sum(q.n) = 0
  ),
  starts as materialized (
    select q.* from json_to_recordset(p_starts)
      as q(t bigint, s bigint, q integer, b integer, k integer, f varchar, g varchar, d jsonb, a integer)
    where coalesce(q.t in (select t from accepted), false)
  ),
  restarted as (
    update tasker_workflow_step_transitions x set most_recent = false, updated_at = p_now
    from (
      select o.s, (
        select y.ctid from tasker_workflow_step_transitions y
        where y.workflow_step_id = o.s and y.sort_key = o.b and y.most_recent limit 1
      ) as row_id from starts o where o.b > 0
    ) o
    where x.ctid = o.row_id and x.most_recent is not false
    returning o.s
  ),
  movable as materialized (
    select f.s from flipped f union all select r.s from restarted r union all select s.s from starts s where s.b = 0
  ),
  inserted as (
    insert into tasker_workflow_step_transitions
      (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select q.s, q.f, q.g, q.d || jsonb_build_object('seq', (select first from drawn) + q.q), q.k, q.l, p_now, p_now
    from (
      select e.s, e.q, e.f, e.g, e.d, e.k, false as l from json_to_recordset(p_extra)
        as e(s bigint, q integer, k integer, f varchar, g varchar, d jsonb)
      union all select o.s, o.q, o.f, o.g, o.d, o.k, true from outcomes o
      union all select s.s, s.q, s.f, s.g, s.d, s.k, true from starts s
    ) q
    where coalesce(q.s in (select s from movable), false)
    on conflict do nothing
    returning workflow_step_id, most_recent
  ),
  moved as materialized (select i.workflow_step_id as s from inserted i where i.most_recent),
  stepped as (
    update tasker_workflow_steps w set
      attempts = q.a,
      in_process = q.g = 'in_progress',
      processed = q.g = 'complete',
      processed_at = case when q.g = 'complete' then p_now else w.processed_at end,
      last_attempted_at = case when q.g = 'in_progress' then p_now else w.last_attempted_at end,
      backoff_request_seconds = q.o,
      results = case when q.h then q.v else w.results end,
      retryable = coalesce(q.y, w.retryable),
      updated_at = p_now
    from (
      select o.s, o.g, o.a, o.o, o.h, o.v, o.y from outcomes o
      union all select s.s, s.g, s.a, null, false, null, null from starts s
    ) q
    where w.workflow_step_id = q.s and coalesce(q.s in (select s from moved), false)
  ),
  task_flipped as (
    update tasker_task_transitions x set most_recent = false, updated_at = p_now
    from (
      select a.t, (
        select y.ctid from tasker_task_transitions y
        where y.task_id = a.t and y.sort_key = a.b and y.most_recent limit 1
      ) as row_id from asked a where a.b > 0 and coalesce(a.t in (select t from accepted), false)
    ) a
    where x.ctid = a.row_id and x.most_recent is not false
    returning a.t
  ),
  task_movable as materialized (
    select f.t from task_flipped f
    union all select a.t from asked a where a.b = 0 and coalesce(a.t in (select t from accepted), false)
  ),
  task_inserted as (
    insert into tasker_task_transitions
      (task_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
    select q.t, q.f, q.s, q.d || jsonb_build_object('seq', (select first from drawn) + q.q), q.k, q.l, p_now, p_now
    from json_to_recordset(p_task_rows) as q(t bigint, q integer, k integer, f varchar, s varchar, d jsonb, l boolean)
    where coalesce(q.t in (select t from task_movable), false)
    on conflict do nothing
    returning task_id, most_recent
  ),
  task_moved as materialized (select i.task_id as t from task_inserted i where i.most_recent),
  annotated as (
    insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
    select q.t, (select y.annotation_type_id from tasker_annotation_types y where y.name = q.n), q.v, p_now, p_now
    from json_to_recordset(p_annotations) as q(t bigint, n varchar, v jsonb)
    where coalesce(q.t in (select t from task_moved), false)
  ),
  completed as (
    update tasker_tasks k set complete = true, updated_at = p_now
    from asked a where k.task_id = a.t and a.c and coalesce(a.t in (select t from task_moved), false)
  ),
  released as (
    update tasker_task_runs r set owner_id = 0, wake_at = a.w
    from asked a where r.task_id = a.t and a.x
      and case when a.b is null then coalesce(a.t in (select t from accepted), false)
               else coalesce(a.t in (select t from task_moved), false) end
  )
  select q.t from (
    select a.t, a.m + case when a.b is null then 0 else 1 end as n from asked a
    union all select o.t, -1 from outcomes o where coalesce(o.s in (select s from moved), false)
    union all select s.t, -1 from starts s where coalesce(s.s in (select s from moved), false)
    union all select m.t, -1 from task_moved m
    -- A task of which nothing moves still has to be ours.
    union all select a.t, 1 from asked a where not coalesce(a.t in (select t from locked), false)
  ) q
  group by q.t having sum(q.n) <> 0;
end
$$;

-- Writes tasks with their steps, edges and run rows; one call for one task or a thousand.
--   p_definitions [{h: hash, n: named task, ns: namespace, s: [named step ids], y: [retryable], l: [retry limits],
--                   k: [skippable], ef: [edge from, 0-based step], et: [edge to]}]
--   p_tasks       [{d: 1-based definition, i: identity hash, c: context, by: initiator, src: source system, why: reason,
--                   tags, bypass: names of steps to skip, at: requested at, wake: wake-up time, prio, corr: correlation id,
--                   own: p_owner owns it at once,
--                   in: {0-based step: inputs} or null}]
-- Returns one row per task in the order of p_tasks: its id, whether it is new, and the ids of its steps if it is.
create function tasker_submit(
  p_owner bigint, p_epoch bigint, p_now timestamp, p_definitions jsonb, p_tasks json
) returns table (task_id bigint, created boolean, step_ids bigint[])
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  hashes text[];
  hash_of text[];
  task_ids bigint[];
  step_ids bigint[];
  first_step integer[];
  step_count integer[];
  is_new boolean[];
begin
  select array_agg(d.h order by d.o), array_agg(jsonb_array_length(d.s) order by d.o) into hashes, step_count
  from rows from (jsonb_to_recordset(p_definitions) as (h text, s jsonb)) with ordinality as d(h, s, o);

  select array_agg(q.i order by q.o), array_agg(step_count[q.d] order by q.o),
         array_agg(nextval('tasker_tasks_task_id_seq') order by q.o)
    into hash_of, step_count, task_ids
  from rows from (json_to_recordset(p_tasks) as (i text, d integer)) with ordinality as q(i, d, o);

  -- In the order of the hashes: two submits that share some would deadlock otherwise.
  with new as (
    insert into tasker_tasks
      (task_id, named_task_id, complete, requested_at, initiator, source_system, reason, bypass_steps, tags, context,
       identity_hash, created_at, updated_at)
    select task_ids[q.o], q.n, false, q.at, q.by, q.src, q.why, q.bypass, q.tags, q.c, q.i, p_now, p_now
    from (
      select t.*, (p_definitions -> (t.d - 1) ->> 'n')::integer as n
      from rows from (json_to_recordset(p_tasks) as (
        d integer, i varchar, c jsonb, by varchar, src varchar, why varchar, tags jsonb, bypass json, at timestamp
      )) with ordinality as t(d, i, c, by, src, why, tags, bypass, at, o)
    ) q
    order by q.i
    on conflict (identity_hash) do nothing
    returning task_id
  )
  select array_agg(coalesce(u.id in (select task_id from new), false) order by u.o) into is_new
  from unnest(task_ids) with ordinality as u(id, o);

  if not (true = any (is_new)) then
    -- Nothing to add.
  else
    select array_agg(case when is_new[u.o] then u.n else 0 end order by u.o) into step_count
    from unnest(step_count) with ordinality as u(n, o);
    select array_agg(s.before::integer order by s.o) into first_step
    from (select u.o, sum(u.n) over (order by u.o) - u.n as before
          from unnest(step_count) with ordinality as u(n, o)) s;
    select array_agg(nextval('tasker_workflow_steps_workflow_step_id_seq')) into step_ids
    from generate_series(1, (select sum(u.n) from unnest(step_count) as u(n)));

    insert into tasker_task_runs
      (task_id, definition_hash, task_namespace_id, named_task_id, owner_id, epoch, priority, wake_at, correlation_id)
    select task_ids[t.o], hashes[t.d], (p_definitions -> (t.d - 1) ->> 'ns')::integer,
      (p_definitions -> (t.d - 1) ->> 'n')::integer, case when t.own then p_owner else 0 end, p_epoch, t.prio, t.wake, t.corr
    from rows from (json_to_recordset(p_tasks) as (d integer, prio smallint, wake timestamp, corr varchar, own boolean))
      with ordinality as t(d, prio, wake, corr, own, o)
    where is_new[t.o];

    insert into tasker_workflow_steps
      (workflow_step_id, task_id, named_step_id, retryable, retry_limit, in_process, processed, attempts, inputs,
       results, created_at, updated_at, skippable)
    select step_ids[first_step[t.o] + s.o], task_ids[t.o], s.n, s.y, s.l, false, false, 0,
      t.inputs -> (s.o - 1)::text, '{}', p_now, p_now, s.k
    from rows from (json_to_recordset(p_tasks) as (d integer, "in" jsonb)) with ordinality as t(d, inputs, o)
    cross join lateral rows from (
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 's'),
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 'y'),
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 'l'),
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 'k')
    ) with ordinality as x(n, y, l, k, o)
    cross join lateral (select x.n::integer as n, x.y::boolean as y, x.l::integer as l, x.k::boolean as k, x.o) s
    where is_new[t.o];

    insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
    select step_ids[first_step[t.o] + e.f::integer + 1], step_ids[first_step[t.o] + e.g::integer + 1], 'provides',
      p_now, p_now
    from rows from (json_to_recordset(p_tasks) as (d integer)) with ordinality as t(d, o)
    cross join lateral rows from (
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 'ef'),
      jsonb_array_elements_text(p_definitions -> (t.d - 1) -> 'et')
    ) as e(f, g)
    where is_new[t.o];
  end if;

  -- A new snapshot, so that a duplicate which another transaction has just committed is seen.
  return query
  select case when is_new[u.o] then u.id
              else (select k.task_id from tasker_tasks k where k.identity_hash = hash_of[u.o]) end,
    is_new[u.o],
    case when is_new[u.o] then step_ids[first_step[u.o] + 1 : first_step[u.o] + step_count[u.o]] end
  from unnest(task_ids) with ordinality as u(id, o) order by u.o;
end
$$;

-- Makes p_owner the owner of up to p_limit runnable tasks of the given kinds. What was claimed is read by tasker_load, in
-- a statement of its own: in one, the read would use the snapshot from before the locks were granted.
create function tasker_claim(p_owner bigint, p_kinds integer[], p_limit integer, p_now timestamp)
returns table (task_id bigint)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  with due as materialized (
    select c.task_id from unnest(p_kinds) as kind(id)
    cross join lateral (
      select r.task_id, r.priority, r.wake_at from tasker_task_runs r
      where r.owner_id = 0 and r.named_task_id = kind.id and r.wake_at is not null and r.wake_at <= p_now
      order by r.priority desc, r.wake_at limit p_limit
      for no key update of r skip locked
    ) c
    order by c.priority desc, c.wake_at limit p_limit
  )
  update tasker_task_runs r set owner_id = p_owner, epoch = nextval('tasker_epochs')
  from due d where r.task_id = d.task_id
  returning r.task_id;
end
$$;

-- What the engine has to know of tasks that p_owner owns, one row a task.
--   steps: [[id, name, state, sort key, attempts, retry limit, retryable, skippable, metadata of the current row, inputs,
--            results if there are any to read]], in the order of their ids
--   edges: [[from step id, to step id]]
create function tasker_load(p_owner bigint, p_task_ids bigint[])
returns table (
  task_id bigint, definition_hash varchar, epoch bigint, revision integer, priority smallint, wake_at timestamp,
  correlation_id varchar, namespace varchar, name varchar, version varchar, context jsonb, initiator varchar,
  source_system varchar, reason varchar, tags jsonb, bypass_steps json, requested_at timestamp, state varchar,
  sort_key integer, steps json, edges json
)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  select r.task_id, r.definition_hash, r.epoch, r.revision, r.priority, r.wake_at, r.correlation_id,
    s.name, n.name, n.version, k.context, k.initiator, k.source_system, k.reason, k.tags, k.bypass_steps, k.requested_at,
    coalesce(c.to_state, 'pending'), coalesce(c.sort_key, 0),
    (
      select json_agg(json_build_array(w.workflow_step_id,
          (select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id),
          coalesce(nullif(t.to_state, ''), 'pending'), coalesce(t.sort_key, 0), coalesce(w.attempts, 0),
          coalesce(w.retry_limit, 3), w.retryable, w.skippable, t.metadata, w.inputs,
          case when t.to_state is not null then w.results end) order by w.workflow_step_id)
      from tasker_workflow_steps w
      left join lateral (
        select y.to_state, y.sort_key, y.metadata from tasker_workflow_step_transitions y
        where y.workflow_step_id = w.workflow_step_id and y.most_recent limit 1
      ) t on true
      where w.task_id = r.task_id
    ),
    (
      select json_agg(json_build_array(e.from_step_id, e.to_step_id))
      from tasker_workflow_steps w
      cross join lateral (
        select y.from_step_id, y.to_step_id from tasker_workflow_step_edges y
        where y.to_step_id = w.workflow_step_id offset 0
      ) e
      where w.task_id = r.task_id
    )
  from unnest(p_task_ids) as asked(id)
  cross join lateral (
    select * from tasker_task_runs q where q.task_id = asked.id and q.owner_id = p_owner limit 1
  ) r
  cross join lateral (select * from tasker_tasks q where q.task_id = r.task_id limit 1) k
  cross join lateral (select * from tasker_named_tasks q where q.named_task_id = k.named_task_id limit 1) n
  cross join lateral (
    select * from tasker_task_namespaces q where q.task_namespace_id = n.task_namespace_id limit 1
  ) s
  left join lateral (
    select q.to_state, q.sort_key from tasker_task_transitions q where q.task_id = r.task_id and q.most_recent limit 1
  ) c on true;
end
$$;

-- Finds or makes the rows that name a definition: namespace, named task, dependent systems, named steps and their links.
-- Looks before it inserts, because an insert that runs into a conflict uses up a value of a 32-bit sequence.
--   p_steps [{n: name, d: description, sys: dependent system, y: retryable, l: retry limit, k: skippable}]
create function tasker_name_definition(
  p_now timestamp, p_hash varchar, p_definition jsonb, p_namespace varchar, p_name varchar, p_version varchar,
  p_description varchar, p_steps json
) returns table (task_namespace_id integer, named_task_id integer, named_step_ids integer[])
language plpgsql
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_namespace integer;
  v_task integer;
  v_steps integer[];
begin
  insert into tasker_definitions (definition_hash, namespace, name, version, definition, created_at)
  values (p_hash, p_namespace, p_name, p_version, p_definition, p_now) on conflict do nothing;

  select n.task_namespace_id into v_namespace from tasker_task_namespaces n where n.name = p_namespace;
  if v_namespace is null then
    insert into tasker_task_namespaces (name, created_at, updated_at) values (p_namespace, p_now, p_now)
    on conflict do nothing;
    select n.task_namespace_id into v_namespace from tasker_task_namespaces n where n.name = p_namespace;
  end if;

  select t.named_task_id into v_task from tasker_named_tasks t
  where t.task_namespace_id = v_namespace and t.name = p_name and t.version = p_version;
  if v_task is null then
    insert into tasker_named_tasks (name, description, task_namespace_id, version, created_at, updated_at)
    values (p_name, p_description, v_namespace, p_version, p_now, p_now) on conflict do nothing;
    select t.named_task_id into v_task from tasker_named_tasks t
    where t.task_namespace_id = v_namespace and t.name = p_name and t.version = p_version;
  end if;

  insert into tasker_dependent_systems (name, created_at, updated_at)
  select distinct q.sys, p_now, p_now from json_to_recordset(p_steps) as q(sys varchar)
  where not exists (select from tasker_dependent_systems d where d.name = q.sys)
  order by q.sys on conflict do nothing;

  insert into tasker_named_steps (dependent_system_id, name, description, created_at, updated_at)
  select d.dependent_system_id, q.n, q.d, p_now, p_now
  from json_to_recordset(p_steps) as q(n varchar, d varchar, sys varchar)
  join tasker_dependent_systems d on d.name = q.sys
  where not exists (
    select from tasker_named_steps s where s.dependent_system_id = d.dependent_system_id and s.name = q.n
  )
  order by d.dependent_system_id, q.n on conflict do nothing;

  select array_agg(s.named_step_id order by q.o) into v_steps
  from rows from (json_to_recordset(p_steps) as (n varchar, sys varchar)) with ordinality as q(n, sys, o)
  join tasker_dependent_systems d on d.name = q.sys
  join tasker_named_steps s on s.dependent_system_id = d.dependent_system_id and s.name = q.n;

  insert into tasker_named_tasks_named_steps
    (named_task_id, named_step_id, skippable, default_retryable, default_retry_limit, created_at, updated_at)
  select v_task, v_steps[q.o], q.k, q.y, q.l, p_now, p_now
  from rows from (json_to_recordset(p_steps) as (y boolean, l integer, k boolean)) with ordinality as q(y, l, k, o)
  where not exists (
    select from tasker_named_tasks_named_steps j where j.named_task_id = v_task and j.named_step_id = v_steps[q.o]
  )
  order by v_steps[q.o] on conflict do nothing;

  return query select v_namespace, v_task, v_steps;
end
$$;
