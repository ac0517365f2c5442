import { bool, int4, int8, json, jsonb, nullable, text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

const ms = (time: string) => `(extract(epoch from ${time}) * 1000)::float8`;

/** Steps of one kind that are told of. */
export const MOST_STEPS = 20;

/**
 * What can keep task `$1` from going on at the moment `$2`: one row, none for a task that does not exist. Times in JSON are
 * milliseconds since the epoch. Whether processes live is the database's to say, by its own clock.
 *
 * Of the steps those are told of that failed, are in progress, could start, or wait for a cancelled one: the first of each kind.
 */
export const selectWhyFacts = statement({
  name: "analysis_why_facts",
  text: `
    with run as materialized (
      select r.* from tasker_task_runs r where r.task_id = $1
    ), alive as materialized (
      select p.process_id, p.kinds from tasker_processes p
      where p.stopped_at is null and p.expires_at > clock_timestamp() at time zone 'UTC'
    ), steps as materialized (
      select w.workflow_step_id as id, n.name, coalesce(x.to_state, 'pending') as state,
        coalesce(w.attempts, 0) as attempts, coalesce(w.retry_limit, 3) as retry_limit, w.retryable,
        x.created_at as changed_at, x.metadata,
        case when x.to_state = 'error' then left(coalesce(w.results ->> 'error', x.metadata ->> 'error_message'), 300) end as error
      from tasker_workflow_steps w
      join tasker_named_steps n on n.named_step_id = w.named_step_id
      left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
      where w.task_id = $1
    ), told as materialized (
      select s.*, row_number() over (partition by s.kind order by s.id) as place
      from (
        select s.*, case
          when s.state in ('error', 'in_progress') then s.state
          when s.state <> 'pending' then null
          when exists (
            select from tasker_workflow_step_edges e
            join tasker_workflow_step_transitions p on p.workflow_step_id = e.from_step_id and p.most_recent
            where e.to_step_id = s.id and p.to_state = 'cancelled'
          ) then 'behind_cancelled'
          when not exists (
            select from tasker_workflow_step_edges e where e.to_step_id = s.id and not exists (
              select from tasker_workflow_step_transitions p
              where p.workflow_step_id = e.from_step_id and p.most_recent and p.to_state in ('complete', 'resolved_manually')
            )
          ) then 'startable'
        end as kind from steps s
      ) s where s.kind is not null
    )
    select t.task_id, s.name::text as namespace, k.name::text, k.version::text,
      coalesce(c.to_state, 'pending')::text as state, c.metadata as state_metadata, c.created_at as state_since,
      r.task_id is not null as has_run, coalesce(r.owner_id, 0) as owner_id, coalesce(r.paused, false) as paused, r.wake_at,
      d.definition,
      (select json_object_agg(g.state, g.steps) from (select q.state, count(*) as steps from steps q group by q.state) g)
        as step_counts,
      (select json_object_agg(g.kind, g.steps) from (select q.kind, count(*) as steps from told q group by q.kind) g)
        as kind_counts,
      (
        select coalesce(json_agg(json_build_object('id', q.id, 'name', q.name, 'kind', q.kind, 'attempts', q.attempts,
          'retry_limit', q.retry_limit, 'retryable', q.retryable, 'changed_at', ${ms("q.changed_at")},
          'metadata', q.metadata, 'error', q.error) order by q.id), '[]')
        from told q where q.place <= ${MOST_STEPS}
      ) as steps,
      (
        select json_build_object('host', p.host, 'pid', p.pid, 'heartbeat_at', ${ms("p.heartbeat_at")},
          'progress_at', ${ms("p.progress_at")}, 'lives', p.stopped_at is null and p.expires_at > n.now,
          'is_stuck', p.progress_at < p.heartbeat_at - interval '15 seconds')
        from tasker_processes p where p.process_id = r.owner_id
      ) as owner,
      (select count(*)::int4 from alive) as living,
      (select count(*)::int4 from alive a where t.named_task_id = any(a.kinds)) as capable,
      (
        select coalesce(json_agg(json_build_object('step_id', q.parent_step_id, 'task_id', q.task_id,
          'state', coalesce(y.to_state, 'pending')) order by q.task_id), '[]')
        from tasker_task_runs q
        left join tasker_task_transitions y on y.task_id = q.task_id and y.most_recent
        where q.parent_task_id = $1
          and q.parent_step_id in (select f.id from told f where f.kind = 'in_progress' and f.place <= ${MOST_STEPS})
      ) as children,
      (
        select coalesce(json_agg(json_build_object('limiter', w.limiter, 'waiting', w.waiting,
          'next_at', ${ms("w.next_at")}, 'holders', (
            select coalesce(json_agg(json_build_object('task_id', h.task_id, 'step_name', h.name, 'process_id', h.process_id,
              'granted_at', ${ms("h.granted_at")}) order by h.granted_at), '[]')
            from (
              select m.task_id, x.name, m.process_id, m.granted_at from tasker_permits m
              join tasker_workflow_steps v on v.workflow_step_id = m.workflow_step_id
              join tasker_named_steps x on x.named_step_id = v.named_step_id
              where m.limiter = w.limiter order by m.granted_at limit 5
            ) h
          ))), '[]')
        from tasker_limit_waits w where w.process_id = r.owner_id and w.waiting > 0
      ) as limit_waits,
      (
        select coalesce(json_agg(json_build_object('name', o.name, 'state', o.state,
          'next_probe_at', ${ms("o.next_probe_at")})), '[]')
        from tasker_circuits o where o.namespace = s.name and o.state <> 'closed'
      ) as circuits,
      (
        select coalesce(json_agg(json_build_object('step_id', e.workflow_step_id, 'process_id', e.process_id,
          'host', p.host, 'pid', p.pid, 'deadline_at', ${ms("e.deadline_at")},
          'worker', case when p.kind = 'worker' then json_build_object('name', p.name, 'language', p.language,
            'heartbeat_at', ${ms("e.heartbeat_at")},
            'silent_until', ${ms("e.heartbeat_at + coalesce(e.silence_ms, p.lease_ms) * interval '1 millisecond'")},
            'progress', e.progress) end)), '[]')
        from tasker_step_executions e left join tasker_processes p on p.process_id = e.process_id
        where e.task_id = $1 and e.state = 'running'
      ) as executions,
      (
        select coalesce(json_agg(json_build_object('step_id', o.workflow_step_id, 'handler', o.handler, 'queue', o.queue,
          'offered_at', ${ms("o.offered_at")}, 'workers', (
            select count(*) from tasker_processes p
            where p.kind = 'worker' and p.stopped_at is null and p.expires_at > n.now and o.handler = any(p.handlers)
              and o.queue = any(p.queues) and (p.namespaces is null or s.name = any(p.namespaces))
          ))), '[]')
        from tasker_ready_steps o where o.task_id = $1
      ) as offered,
      case when r.owner_id = 0 and r.wake_at <= $2 then (
        select count(*)::int4 from (
          select from tasker_task_runs q
          where q.owner_id = 0 and q.wake_at <= $2 and q.task_id <> $1
            and (q.priority > r.priority or (q.priority = r.priority and q.wake_at < r.wake_at)) limit 10000
        ) ahead
      ) end as ahead,
      case when r.owner_id <> 0 and exists (select from told q where q.kind = 'startable') then (
        select count(*)::int4 from (
          select from tasker_task_runs q
          join tasker_workflow_steps w on w.task_id = q.task_id
          join tasker_workflow_step_transitions y on y.workflow_step_id = w.workflow_step_id and y.most_recent
          where q.owner_id = r.owner_id and y.to_state = 'in_progress' and not y.metadata ? 'waiting_for' limit 1000
        ) under_way
      ) end as owner_running,
      (
        select json_build_object('actor', a.actor, 'reason', a.reason, 'at', ${ms("a.created_at")})
        from tasker_operator_actions a
        where a.task_id = $1 and a.action = 'pause_task' order by a.action_id desc limit 1
      ) as pause,
      (
        select json_build_object('task_id', r.parent_task_id, 'state', coalesce((
          select y.to_state from tasker_task_transitions y where y.task_id = r.parent_task_id and y.most_recent
        ), 'pending')) where r.parent_task_id is not null
      ) as parent
    from tasker_tasks t
    cross join (select clock_timestamp() at time zone 'UTC' as now) n
    join tasker_named_tasks k on k.named_task_id = t.named_task_id
    join tasker_task_namespaces s on s.task_namespace_id = k.task_namespace_id
    left join tasker_task_transitions c on c.task_id = t.task_id and c.most_recent
    left join run r on true
    left join tasker_definitions d on d.definition_hash = r.definition_hash
    where t.task_id = $1`,
  parameters: [int8, timestamp],
  columns: {
    task_id: int8,
    namespace: text,
    name: text,
    version: text,
    state: text,
    state_metadata: nullable(jsonb),
    state_since: nullable(timestamp),
    has_run: bool,
    owner_id: int8,
    paused: bool,
    wake_at: nullable(timestamp),
    definition: nullable(jsonb),
    step_counts: nullable(json),
    kind_counts: nullable(json),
    steps: json,
    owner: nullable(json),
    living: int4,
    capable: int4,
    children: json,
    limit_waits: json,
    circuits: json,
    executions: json,
    offered: json,
    ahead: nullable(int4),
    owner_running: nullable(int4),
    pause: nullable(json),
    parent: nullable(json),
  },
});
