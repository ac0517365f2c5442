-- What the engine has to know of tasks that p_owner owns, one row a task.
--   sort_key: -1 if the task has no row
--   halted: whether it is in error by the doing of somebody else: by a row without `writer` in its metadata
--   steps: [[id, name, state, sort key or -1, attempts, retry limit, retryable, skippable, metadata of the current row,
--            inputs, results if there are any to read, foreign]], in the order of their ids; foreign is null, or, where the
--            current row is not an engine's and there is something to know: {p: processed, at: when the row was written,
--            l: last attempted at, b: backoff request seconds}, times in milliseconds since the epoch
--   edges: [[from step id, to step id]]
create function tasker_load(p_owner bigint, p_task_ids bigint[])
returns table (
  task_id bigint, definition_hash varchar, epoch bigint, revision integer, priority smallint,
  correlation_id varchar, namespace varchar, name varchar, version varchar, context jsonb, initiator varchar,
  source_system varchar, reason varchar, tags jsonb, bypass_steps json, requested_at timestamp, state varchar,
  sort_key integer, halted boolean, paused boolean, parent_task_id bigint, steps json, edges json
)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  select r.task_id, r.definition_hash, r.epoch, r.revision, r.priority, r.correlation_id,
    s.name, n.name, n.version, k.context, k.initiator, k.source_system, k.reason, k.tags, k.bypass_steps, k.requested_at,
    coalesce(c.to_state, 'pending'), coalesce(c.sort_key, -1), coalesce(c.to_state = 'error' and not c.ours, false),
    r.paused, r.parent_task_id,
    (
      select json_agg(json_build_array(w.workflow_step_id,
          (select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id),
          coalesce(nullif(t.to_state, ''), 'pending'), coalesce(t.sort_key, -1), coalesce(w.attempts, 0),
          coalesce(w.retry_limit, 3), w.retryable, w.skippable, t.metadata, w.inputs,
          case when t.to_state is not null then w.results end,
          case when not coalesce(t.ours, false) and (w.processed or t.to_state is not null)
            then json_build_object('p', w.processed,
              'at', extract(epoch from t.created_at) * 1000, 'l', extract(epoch from w.last_attempted_at) * 1000,
              'b', w.backoff_request_seconds) end) order by w.workflow_step_id)
      from tasker_workflow_steps w
      left join lateral (
        select y.to_state, y.sort_key, y.metadata, coalesce(y.metadata ? 'writer', false) as ours, y.created_at
        from tasker_workflow_step_transitions y
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
    select q.to_state, q.sort_key, coalesce(q.metadata ? 'writer', false) as ours from tasker_task_transitions q
    where q.task_id = r.task_id and q.most_recent limit 1
  ) c on true;
end
$$;
