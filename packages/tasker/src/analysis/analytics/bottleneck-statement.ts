import { float8, int4, int8, json, nullable, text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * What the tasks that were created between `$1` and `$2`, of a namespace, name and version if given, came to and took, what
 * their failed steps say, and what their steps wait for. One row. A task counts by its own state; durations are seconds.
 */
export const selectBottleneckFacts = statement({
  name: "analytics_bottlenecks",
  text: `
    with chosen as materialized (
      select t.task_id, t.created_at, k.task_namespace_id, k.name, c.to_state,
        case when c.to_state = 'complete' then extract(epoch from c.created_at - t.created_at)::float8 end as seconds
      from tasker_tasks t
      join tasker_named_tasks k on k.named_task_id = t.named_task_id
      join tasker_task_namespaces s on s.task_namespace_id = k.task_namespace_id
      left join tasker_task_transitions c on c.task_id = t.task_id and c.most_recent
      where t.created_at > $1 and t.created_at <= $2 and ($3::text is null or s.name = $3)
        and ($4::text is null or k.name = $4) and ($5::text is null or k.version = $5)
    ), steps as materialized (
      select w.workflow_step_id, w.created_at, n.name, coalesce(w.attempts, 0) as attempts,
        coalesce(x.to_state, 'pending') as state, x.metadata
      from chosen o
      join tasker_workflow_steps w on w.task_id = o.task_id
      join tasker_named_steps n on n.named_step_id = w.named_step_id
      left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
      where coalesce(o.to_state, 'pending') <> 'cancelled'
    ), blocked as materialized (
      select q.workflow_step_id, q.name, q.created_at, e.unmet from steps q
      cross join lateral (
        select count(*) filter (where not exists (
          select from tasker_workflow_step_transitions p
          where p.workflow_step_id = e.from_step_id and p.most_recent and p.to_state in ('complete', 'resolved_manually')
        )) as unmet
        from tasker_workflow_step_edges e where e.to_step_id = q.workflow_step_id
      ) e
      where q.state = 'pending' and e.unmet > 0
    )
    select count(*) as total_tasks, count(distinct (o.task_namespace_id, o.name)) as unique_task_types,
      count(*) filter (where o.to_state = 'error') as failed_tasks, count(o.seconds) as completed_tasks,
      percentile_disc(0.5) within group (order by o.seconds) as p50,
      percentile_disc(0.95) within group (order by o.seconds) as p95,
      percentile_disc(0.99) within group (order by o.seconds) as p99,
      (count(*) filter (where o.seconds < 10))::int4 as below_10,
      (count(*) filter (where o.seconds >= 10 and o.seconds < 30))::int4 as below_30,
      (count(*) filter (where o.seconds >= 30))::int4 as from_30,
      (select count(*) from steps q where q.attempts > 1) as retried_steps,
      (select count(*) from steps q where q.attempts > 1 and q.state = 'complete') as retried_complete,
      (
        select coalesce(json_agg(json_build_object('type', g.type, 'count', g.count) order by g.count desc, g.type), '[]')
        from (
          select coalesce(q.metadata ->> 'error_code', q.metadata ->> 'error_class', 'unknown') as type, count(*) as count
          from steps q where q.state = 'error' group by 1 order by 2 desc, 1 limit 5
        ) g
      ) as error_types,
      (select coalesce(sum(b.unmet), 0)::int8 from blocked b) as blocking_dependencies,
      (select coalesce(avg(extract(epoch from $2 - b.created_at)), 0)::float8 from blocked b) as avg_wait_time,
      (
        select coalesce(json_agg(json_build_object('step_name', g.name, 'count', g.count) order by g.count desc, g.name), '[]')
        from (select b.name, count(*) as count from blocked b group by 1 order by 2 desc, 1 limit 3) g
      ) as most_blocked
    from chosen o`,
  parameters: [timestamp, timestamp, nullable(text), nullable(text), nullable(text)],
  columns: {
    total_tasks: int8,
    unique_task_types: int8,
    failed_tasks: int8,
    completed_tasks: int8,
    p50: nullable(float8),
    p95: nullable(float8),
    p99: nullable(float8),
    below_10: int4,
    below_30: int4,
    from_30: int4,
    retried_steps: int8,
    retried_complete: int8,
    error_types: json,
    blocking_dependencies: int8,
    avg_wait_time: float8,
    most_blocked: json,
  },
});
