import { bool, float8, int4, int8, nullable, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * The latest `$1` tasks by state, and how many there are: counted up to `$1`, beyond that estimated by the planner's statistics.
 * Reads at most `$1` entries of a primary key and the current transition of each.
 */
export const countLatestTasks = statement({
  name: "health_latest_tasks",
  text: `
    with latest as materialized (select t.task_id from tasker_tasks t order by t.task_id desc limit $1)
    select count(*) as counted,
      greatest(count(*), case when count(*) < $1 then 0 else (
        select c.reltuples from pg_class c where c.oid = 'tasker_tasks'::regclass
      )::int8 end) as total,
      count(*) filter (where coalesce(c.to_state, 'pending') = 'pending') as pending,
      count(*) filter (where c.to_state = 'in_progress') as in_progress,
      count(*) filter (where c.to_state = 'complete') as complete,
      count(*) filter (where c.to_state = 'error') as error,
      count(*) filter (where c.to_state = 'cancelled') as cancelled
    from latest l left join tasker_task_transitions c on c.task_id = l.task_id and c.most_recent`,
  parameters: [int8],
  columns: {
    counted: int8,
    total: int8,
    pending: int8,
    in_progress: int8,
    complete: int8,
    error: int8,
    cancelled: int8,
  },
});

/** The latest `$1` steps by state, and those in error by whether they are tried again. Reads as {@link countLatestTasks} does. */
export const countLatestSteps = statement({
  name: "health_latest_steps",
  text: `
    with latest as materialized (
      select w.workflow_step_id, w.retryable, coalesce(w.attempts, 0) as attempts, coalesce(w.retry_limit, 3) as retry_limit,
        w.last_attempted_at
      from tasker_workflow_steps w order by w.workflow_step_id desc limit $1
    )
    select count(*) as counted,
      greatest(count(*), case when count(*) < $1 then 0 else (
        select c.reltuples from pg_class c where c.oid = 'tasker_workflow_steps'::regclass
      )::int8 end) as total,
      count(*) filter (where coalesce(c.to_state, 'pending') = 'pending') as pending,
      count(*) filter (where c.to_state = 'in_progress') as in_progress,
      count(*) filter (where c.to_state = 'complete') as complete,
      count(*) filter (where c.to_state = 'error') as error,
      count(*) filter (where c.to_state = 'error' and l.retryable and l.attempts < l.retry_limit) as retryable_errors,
      count(*) filter (where c.to_state = 'error' and l.attempts >= l.retry_limit) as exhausted_retries,
      count(*) filter (
        where c.to_state = 'error' and l.retryable and l.attempts < l.retry_limit and l.last_attempted_at is not null
      ) as in_backoff
    from latest l left join tasker_workflow_step_transitions c on c.workflow_step_id = l.workflow_step_id and c.most_recent`,
  parameters: [int8],
  columns: {
    counted: int8,
    total: int8,
    pending: int8,
    in_progress: int8,
    complete: int8,
    error: int8,
    retryable_errors: int8,
    exhausted_retries: int8,
    in_backoff: int8,
  },
});

/**
 * What tasks and steps came to in the `$2` seconds before `$1`, as far as the latest `$3` rows of each table tell: `seconds` is
 * for how long they do, at most `$2`. Reads at most `$3` rows of three tables from the ends of their primary keys.
 */
export const measureWindow = statement({
  name: "health_window",
  text: `
    with bounds as (select $1::timestamp - $2::int4 * interval '1 second' as since),
    created as materialized (
      select x.created_at from tasker_tasks x order by x.task_id desc limit $3
    ), task_rows as materialized (
      select x.to_state, x.created_at from tasker_task_transitions x order by x.id desc limit $3
    ), step_rows as materialized (
      select x.workflow_step_id, x.sort_key, x.to_state, x.created_at
      from tasker_workflow_step_transitions x order by x.id desc limit $3
    ), bounded as (
      select b.since,
        greatest(b.since,
          (select case when count(*) = $3 then min(x.created_at) end from created x),
          (select case when count(*) = $3 then min(x.created_at) end from task_rows x),
          (select case when count(*) = $3 then min(x.created_at) end from step_rows x)
        ) as begun
      from bounds b
    ), tasks as (
      select count(*) filter (where x.to_state = 'complete') as complete, count(*) filter (where x.to_state = 'error') as error
      from task_rows x, bounded b where x.created_at >= b.begun
    ), timed as (
      select x.to_state, x.created_at,
        case when lag(x.to_state) over w = 'in_progress' then x.created_at - lag(x.created_at) over w end as took
      from step_rows x window w as (partition by x.workflow_step_id order by x.sort_key)
    ), steps as (
      select count(*) filter (where x.to_state = 'complete') as complete, count(*) filter (where x.to_state = 'error') as error,
        avg(extract(epoch from x.took)) filter (where x.to_state = 'complete') as duration
      from timed x, bounded b where x.created_at >= b.begun
    )
    select greatest(extract(epoch from $1 - b.begun), 0.001)::float8 as seconds, b.begun > b.since as is_cut,
      (select count(*) from created x where x.created_at >= b.begun) as created_tasks,
      t.complete as complete_tasks, t.error as failed_tasks, s.complete as complete_steps, s.error as failed_steps,
      s.duration::float8 as step_seconds
    from bounded b, tasks t, steps s`,
  parameters: [timestamp, int4, int8],
  columns: {
    seconds: float8,
    is_cut: bool,
    created_tasks: nullable(int8),
    complete_tasks: int8,
    failed_tasks: int8,
    complete_steps: int8,
    failed_steps: int8,
    step_seconds: nullable(float8),
  },
});

/** Connections of clients to the server, those of them that run a statement, and how many there may be. */
export const countConnections = statement({
  name: "health_connections",
  text: `
    select count(*) as connections, count(*) filter (where a.state = 'active') as active,
      current_setting('max_connections')::int4 as max_connections
    from pg_stat_activity a where a.backend_type = 'client backend'`,
  parameters: [],
  columns: { connections: int8, active: int8, max_connections: int4 },
});
