import { array, bool, float8, int4, int8, nullable, text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * The steps of task `$1` with how they stand, by id; one row without a step for a task that has none, and no row for one
 * that does not exist. `next_retry_at` is when the backoff of a step in error ends: as the engine wrote it, or by the rule of
 * the SQL functions.
 */
export const selectTaskSteps = statement({
  name: "analysis_task_steps",
  text: `
    select w.workflow_step_id, w.named_step_id, n.name::text, coalesce(x.to_state, 'pending')::text as state,
      coalesce(w.attempts, 0) as attempts, coalesce(w.retry_limit, 3) as retry_limit, w.retryable,
      x.created_at as changed_at,
      case when x.to_state = 'error' then coalesce(
        case when x.metadata ->> 'backoff_until' ~ '^\\d{4}-\\d{2}-\\d{2}T[\\d:.]+Z$'
          then (x.metadata ->> 'backoff_until')::timestamptz at time zone 'UTC' end,
        w.last_attempted_at + make_interval(secs => w.backoff_request_seconds),
        x.created_at + make_interval(secs => least(power(2, least(coalesce(w.attempts, 1), 5)), 30))
      ) end as next_retry_at,
      case when x.to_state = 'complete' and jsonb_typeof(x.metadata -> 'execution_duration') = 'number'
        then (x.metadata ->> 'execution_duration')::float8 end as duration_seconds
    from tasker_tasks t
    left join tasker_workflow_steps w on w.task_id = t.task_id
    left join tasker_named_steps n on n.named_step_id = w.named_step_id
    left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
    where t.task_id = $1
    order by w.workflow_step_id`,
  parameters: [int8],
  columns: {
    workflow_step_id: nullable(int8),
    named_step_id: nullable(int4),
    name: nullable(text),
    state: text,
    attempts: int4,
    retry_limit: int4,
    retryable: nullable(bool),
    changed_at: nullable(timestamp),
    next_retry_at: nullable(timestamp),
    duration_seconds: nullable(float8),
  },
});

/** The edges of task `$1` as two arrays of step ids. */
export const selectTaskEdges = statement({
  name: "analysis_task_edges",
  text: `
    select coalesce(array_agg(e.from_step_id order by e.id), '{}') as from_ids,
      coalesce(array_agg(e.to_step_id order by e.id), '{}') as to_ids
    from tasker_workflow_steps w
    join tasker_workflow_step_edges e on e.to_step_id = w.workflow_step_id
    where w.task_id = $1`,
  parameters: [int8],
  columns: { from_ids: array(int8), to_ids: array(int8) },
});

/**
 * What steps of the same names took in earlier tasks of the template of task `$1`, in whatever version: the newest 100
 * tasks, or as many as have about 20,000 steps together.
 */
export const selectStepHistory = statement({
  name: "analysis_step_history",
  text: `
    with this as (
      select k.task_namespace_id, k.name, t.task_id,
        greatest(1, (select count(*) from tasker_workflow_steps w where w.task_id = t.task_id)) as steps
      from tasker_tasks t join tasker_named_tasks k on k.named_task_id = t.named_task_id where t.task_id = $1
    ), earlier as (
      select o.task_id from this
      cross join lateral (
        select t.task_id from tasker_tasks t
        where t.named_task_id = any(array(
          select k.named_task_id from tasker_named_tasks k
          where k.task_namespace_id = this.task_namespace_id and k.name = this.name
        )) and t.task_id < this.task_id
        order by t.task_id desc limit least(100, greatest(1, 20000 / this.steps))
      ) o
    )
    select w.named_step_id,
      count(*) filter (where y.seconds is not null)::int4 as samples,
      coalesce(percentile_disc(0.5) within group (order by y.seconds), 0)::float8 as p50_seconds,
      coalesce(percentile_disc(0.95) within group (order by y.seconds), 0)::float8 as p95_seconds,
      count(*)::int4 as attempts,
      (count(*) filter (where y.is_failure))::int4 as failed_attempts
    from earlier
    join tasker_workflow_steps w on w.task_id = earlier.task_id
    cross join lateral (
      select x.to_state = 'error' as is_failure,
        case when x.to_state = 'complete' and jsonb_typeof(x.metadata -> 'execution_duration') = 'number'
          then (x.metadata ->> 'execution_duration')::float8 end as seconds
      from tasker_workflow_step_transitions x
      where x.workflow_step_id = w.workflow_step_id and x.to_state in ('complete', 'error')
        and not x.metadata @> '{"interrupted": true}'
    ) y
    group by w.named_step_id`,
  parameters: [int8],
  columns: {
    named_step_id: int4,
    samples: int4,
    p50_seconds: float8,
    p95_seconds: float8,
    attempts: int4,
    failed_attempts: int4,
  },
});
