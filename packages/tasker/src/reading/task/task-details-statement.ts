import { bool, int2, int8, json, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * Everything about one task in one row: its columns, its steps with their current state and the names that they depend
 * on, the transitions of the task and of its steps by time, its annotations, what came too late, the tasks that steps of it
 * have submitted, signals without what they bring, and what operators did. `$2` things of each kind at most and one more, ten times
 * as many edges; `$3` bytes of inputs and results at most, and as many of annotations: what goes beyond is left out. Null: all.
 */
export const selectTaskDetails = statement({
  name: "reading_task_details",
  text: `
    with sized as materialized (
      select w.workflow_step_id, n.name, w.retryable, w.retry_limit, w.attempts, w.last_attempted_at, w.processed_at,
        w.backoff_request_seconds, w.inputs, w.results, x.to_state, x.metadata, x.created_at as changed_at,
        case when $3::int8 is not null
          then coalesce(octet_length(w.inputs::text), 0) + coalesce(octet_length(w.results::text), 0) else 0 end as size
      from tasker_workflow_steps w
      join tasker_named_steps n on n.named_step_id = w.named_step_id
      left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
      where w.task_id = $1::int8
      order by w.workflow_step_id limit $2::int8 + 1
    ),
    steps as materialized (
      -- What is too large by itself takes no room from the others.
      select z.*, $3::int8 is not null and (z.size > $3::int8 or
        sum(z.size) filter (where z.size <= $3::int8) over (order by z.workflow_step_id) > $3::int8) as left_out
      from sized z
    ),
    edges as materialized (
      select e.id, e.from_step_id, e.to_step_id
      from tasker_workflow_step_edges e join steps p on p.workflow_step_id = e.to_step_id
      order by e.from_step_id, e.to_step_id limit $2::int8 * 10 + 1
    ),
    parents as materialized (
      select e.to_step_id, json_agg(p.name order by e.id) as names
      from edges e
      join steps p on p.workflow_step_id = e.from_step_id
      group by e.to_step_id
    )
    select t.task_id, s.name::text as namespace, n.name::text, n.version::text,
      coalesce(x.to_state, 'pending')::text as state, t.requested_at, t.created_at, t.initiator::text,
      t.source_system::text, t.reason::text, t.tags, t.context, r.correlation_id::text, r.wake_at,
      coalesce(r.paused, false) as paused, r.rerun_of, r.seal, t.complete,
      r.owner_id, r.definition_hash::text, coalesce(r.priority, 0::int2) as priority, r.resumes_at, r.parent_task_id,
      r.parent_step_id, r.traceparent::text,
      (select d.definition -> 'redact' from tasker_definitions d where d.definition_hash = r.definition_hash) as redact,
      (
        select coalesce(json_agg(json_build_object(
          'step_id', p.workflow_step_id, 'name', p.name, 'state', coalesce(p.to_state, 'pending'),
          'attempts', coalesce(p.attempts, 0), 'retry_limit', coalesce(p.retry_limit, 3), 'retryable', p.retryable,
          'depends_on', coalesce(d.names, '[]'), 'last_attempted_at', p.last_attempted_at,
          'backoff_request_seconds', p.backoff_request_seconds, 'changed_at', p.changed_at, 'metadata', p.metadata,
          'inputs', case when not p.left_out then p.inputs end, 'results', case when not p.left_out then p.results end,
          'left_out', p.left_out) order by p.workflow_step_id), '[]')
        from steps p left join parents d on d.to_step_id = p.workflow_step_id
      ) as steps,
      (
        select coalesce(json_agg(json_build_object(
          'step_name', h.name, 'from_state', h.from_state, 'to_state', h.to_state, 'metadata', h.metadata,
          'at', h.created_at) order by h.created_at, h.rank, h.sort_key, h.id), '[]')
        from (
          select null as name, y.from_state, y.to_state, y.metadata, y.created_at, y.sort_key, y.id,
            case when y.to_state = 'in_progress' then 0 else 2 end as rank
          from tasker_task_transitions y where y.task_id = $1::int8
          union all
          select n.name, y.from_state, y.to_state, y.metadata, y.created_at, y.sort_key, y.id, 1
          from tasker_workflow_steps w
          join tasker_named_steps n on n.named_step_id = w.named_step_id
          join tasker_workflow_step_transitions y on y.workflow_step_id = w.workflow_step_id
          where w.task_id = $1::int8
          order by created_at, rank, sort_key, id limit $2::int8 + 1
        ) h
      ) as transitions,
      (
        select coalesce(json_agg(json_build_object('type', a.name, 'value', a.annotation) order by a.id), '[]')
        from (
          select a.task_annotation_id as id, k.name, a.annotation,
            case when $3::int8 is not null
              then sum(octet_length(a.annotation::text)) over (order by a.task_annotation_id) else 0 end as size_so_far
          from tasker_task_annotations a
          join tasker_annotation_types k on k.annotation_type_id = a.annotation_type_id
          where a.task_id = $1::int8
          order by a.task_annotation_id limit $2::int8 + 1
        ) a
        where $3::int8 is null or a.size_so_far <= $3::int8
      ) as annotations,
      (select count(*) from tasker_task_annotations a where a.task_id = $1::int8) as annotation_count,
      (
        select coalesce(json_agg(json_build_object(
          'step_name', p.name, 'execution_id', e.execution_id, 'attempt', e.attempt, 'process_id', e.process_id,
          'finished_at', e.finished_at, 'outcome', e.outcome ->> 'kind', 'reason', e.reason)
          order by e.finished_at, e.execution_id), '[]')
        from (
          select e.* from tasker_step_executions e where e.task_id = $1::int8 and e.state = 'refused'
          order by e.finished_at, e.execution_id limit $2::int8 + 1
        ) e
        join steps p on p.workflow_step_id = e.workflow_step_id
      ) as late_results,
      (
        select coalesce(json_agg(json_build_object(
          'step_name', p.name, 'execution_id', e.execution_id, 'attempt', e.attempt, 'process_id', e.process_id,
          'worker', w.name, 'language', w.language, 'started_at', e.started_at, 'heartbeat_at', e.heartbeat_at,
          'deadline_at', e.deadline_at, 'progress', e.progress) order by e.started_at, e.execution_id), '[]')
        from (
          select q.* from tasker_step_executions q where q.task_id = $1::int8 and q.state = 'running'
          order by q.started_at, q.execution_id limit $2::int8 + 1
        ) e
        join steps p on p.workflow_step_id = e.workflow_step_id
        left join tasker_processes w on w.process_id = e.process_id
      ) as outside,
      (
        select coalesce(json_agg(json_build_object('from_step_id', e.from_step_id, 'to_step_id', e.to_step_id)
          order by e.from_step_id, e.to_step_id), '[]')
        from edges e
      ) as edges,
      (
        select coalesce(json_agg(json_build_object('task_id', q.task_id, 'step_id', q.parent_step_id, 'namespace', z.name,
          'name', k.name, 'version', k.version, 'state', coalesce(y.to_state, 'pending')) order by q.task_id), '[]')
        from (
          select c.* from tasker_task_runs c where c.parent_task_id = $1::int8 order by c.task_id limit $2::int8 + 1
        ) q
        join tasker_named_tasks k on k.named_task_id = q.named_task_id
        join tasker_task_namespaces z on z.task_namespace_id = k.task_namespace_id
        left join tasker_task_transitions y on y.task_id = q.task_id and y.most_recent
      ) as children,
      (
        select coalesce(json_agg(json_build_object('signal_id', g.signal_id, 'name', g.name, 'sender', g.sender,
          'received_at', g.received_at, 'consumed_at', g.consumed_at, 'consumed_by_step_id', g.consumed_by_step_id)
          order by g.signal_id), '[]')
        from (
          select g.signal_id, g.name, g.sender, g.received_at, g.consumed_at, g.consumed_by_step_id
          from tasker_signals g where g.task_id = $1::int8 order by g.signal_id limit $2::int8 + 1
        ) g
      ) as signals,
      (
        select coalesce(json_agg(json_build_object('action', o.action, 'step_id', o.workflow_step_id, 'actor', o.actor,
          'reason', o.reason, 'at', o.created_at) order by o.action_id), '[]')
        from (
          select o.* from tasker_operator_actions o where o.task_id = $1::int8 order by o.action_id limit $2::int8 + 1
        ) o
      ) as actions
    from tasker_tasks t
    join tasker_named_tasks n on n.named_task_id = t.named_task_id
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    left join tasker_task_transitions x on x.task_id = t.task_id and x.most_recent
    left join tasker_task_runs r on r.task_id = t.task_id
    where t.task_id = $1::int8`,
  parameters: [int8, nullable(int8), nullable(int8)],
  columns: {
    task_id: int8,
    namespace: text,
    name: text,
    version: text,
    state: text,
    requested_at: timestamp,
    created_at: timestamp,
    initiator: nullable(text),
    source_system: nullable(text),
    reason: nullable(text),
    tags: nullable(jsonb),
    context: nullable(jsonb),
    correlation_id: nullable(text),
    wake_at: nullable(timestamp),
    paused: bool,
    rerun_of: nullable(int8),
    complete: bool,
    /** Process that runs the task; 0: none. Null where the task has no run row, because another engine made it. */
    owner_id: nullable(int8),
    definition_hash: nullable(text),
    priority: int2,
    resumes_at: nullable(timestamp),
    parent_task_id: nullable(int8),
    parent_step_id: nullable(int8),
    traceparent: nullable(text),
    seal: nullable(varchar),
    redact: nullable(jsonb),
    steps: json,
    transitions: json,
    annotations: json,
    annotation_count: int8,
    late_results: json,
    outside: json,
    edges: json,
    children: json,
    signals: json,
    actions: json,
  },
});
