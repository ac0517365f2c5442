import { array, float8, int8, nullable, text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

const KINDS = `array(
        select k.named_task_id from tasker_named_tasks k
        join tasker_task_namespaces s on s.task_namespace_id = k.task_namespace_id where s.name = any($2)
      )`;

/**
 * What became of the tasks that were created in the hour, the four hours and the day before `$1`, one row each. A task counts
 * by its own state. Durations are seconds: of complete tasks from their creation, of steps what their completing attempts took.
 * `$2`: only of these namespaces; null: of all.
 */
export const selectTrends = statement({
  name: "analytics_trends",
  text: `
    with recent as materialized (
      select t.task_id, t.created_at, c.to_state, c.created_at as ended_at
      from tasker_tasks t
      left join tasker_task_transitions c on c.task_id = t.task_id and c.most_recent
      where t.created_at > $1::timestamp - interval '24 hours' and t.created_at <= $1
        and ($2::text[] is null or t.named_task_id = any(${KINDS}))
    ), worked as materialized (
      select r.task_id, s.steps, s.done, s.seconds, s.timed from recent r
      cross join lateral (
        select count(*) as steps, count(*) filter (where x.to_state in ('complete', 'resolved_manually')) as done,
          sum(d.seconds) as seconds, count(d.seconds) as timed
        from tasker_workflow_steps w
        left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
        cross join lateral (
          select case when x.to_state = 'complete' and jsonb_typeof(x.metadata -> 'execution_duration') = 'number'
            then (x.metadata ->> 'execution_duration')::float8 end as seconds
        ) d
        where w.task_id = r.task_id
      ) s
    )
    select p.name as period, count(r.task_id) as task_throughput,
      count(*) filter (where r.to_state = 'complete') as completed,
      count(*) filter (where r.to_state = 'error') as failed,
      coalesce(avg(extract(epoch from r.ended_at - r.created_at)) filter (where r.to_state = 'complete'), 0)::float8
        as avg_task_duration,
      coalesce(sum(w.seconds) / nullif(sum(w.timed), 0), 0)::float8 as avg_step_duration,
      coalesce(sum(w.done), 0)::int8 as step_throughput
    from (values ('last_hour', interval '1 hour'), ('last_4_hours', interval '4 hours'), ('last_24_hours', interval '24 hours'))
      as p(name, length)
    left join recent r on r.created_at > $1::timestamp - p.length
    left join worked w on w.task_id = r.task_id
    group by p.name`,
  parameters: [timestamp, nullable(array(text))],
  columns: {
    period: text,
    task_throughput: int8,
    completed: int8,
    failed: int8,
    avg_task_duration: float8,
    avg_step_duration: float8,
    step_throughput: int8,
  },
});

/**
 * How the database stands: tasks that are pending or in progress, namespaces and kinds of tasks of which there is any, and the
 * tasks that came to be complete or in error in the hour before `$1`. `$2`: as above.
 */
export const selectOverview = statement({
  name: "analytics_overview",
  text: `
    select
      (
        select count(*) from tasker_tasks t
        left join tasker_task_transitions c on c.task_id = t.task_id and c.most_recent
        where coalesce(c.to_state, 'pending') in ('pending', 'in_progress')
          and ($2::text[] is null or t.named_task_id = any(${KINDS}))
      ) as active_tasks,
      count(distinct k.task_namespace_id) as total_namespaces,
      count(distinct (k.task_namespace_id, k.name)) as unique_task_types,
      (
        select count(*) from tasker_task_transitions c
        where c.most_recent and c.to_state = 'complete' and c.created_at > $1::timestamp - interval '1 hour'
          and ($2::text[] is null or exists (
            select from tasker_tasks t where t.task_id = c.task_id and t.named_task_id = any(${KINDS})
          ))
      ) as recent_complete,
      (
        select count(*) from tasker_task_transitions c
        where c.most_recent and c.to_state = 'error' and c.created_at > $1::timestamp - interval '1 hour'
          and ($2::text[] is null or exists (
            select from tasker_tasks t where t.task_id = c.task_id and t.named_task_id = any(${KINDS})
          ))
      ) as recent_failed
    from tasker_named_tasks k
    where exists (select from tasker_tasks t where t.named_task_id = k.named_task_id)
      and ($2::text[] is null or k.named_task_id = any(${KINDS}))`,
  parameters: [timestamp, nullable(array(text))],
  columns: {
    active_tasks: int8,
    total_namespaces: int8,
    unique_task_types: int8,
    recent_complete: int8,
    recent_failed: int8,
  },
});
