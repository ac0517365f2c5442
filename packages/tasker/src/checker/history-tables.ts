/** A whole number that metadata hold under a key, as SQL; null for anything else, whoever wrote it. */
const wholeNumber = (key: string) =>
  `case when x.metadata ->> '${key}' ~ '^\\d{1,18}$' then (x.metadata ->> '${key}')::int8 end`;

const RUN = `
  select r.owner_id, r.epoch, r.wake_at, r.paused from tasker_task_runs r where r.task_id = k.task_id limit 1`;
/** Tasks of a database that an engine has never been on. */
const NO_RUN = `
  select null::int8 as owner_id, null::int8 as epoch, null::timestamp as wake_at, null::boolean as paused limit 0`;

/**
 * What the rules read of the tasks whose ids are `$1`, as common table expressions. Each is made once for all rules; rows are
 * looked up by index, whatever the planner thinks of the tables.
 *
 * - `moves`: the transitions of tasks and steps. `writer` is null for those that somebody else than an engine or an operator
 *   has written; `before` is the state before by the order of the sort keys, `place` counts from 1.
 * - `steps`: each step with what its transitions say.
 * - `tasks`: each task with its current transition and its run.
 * - `edges`: those that lead to one of the steps.
 */
export function historyTables(hasEngineTables: boolean): string {
  return `
  asked as materialized (select unnest($1::int8[]) as task_id),
  step_rows as materialized (
    select w.* from asked a
    cross join lateral (select q.* from tasker_workflow_steps q where q.task_id = a.task_id offset 0) w
  ),
  written as (
    select 'task' as kind, x.task_id as owner, null::int8 as step_id, x.*
    from asked a
    cross join lateral (
      select q.id, q.task_id, q.from_state, q.to_state, q.metadata, q.sort_key, q.most_recent, q.created_at
      from tasker_task_transitions q where q.task_id = a.task_id offset 0
    ) x
    union all
    select 'step', w.workflow_step_id, w.workflow_step_id, x.*
    from step_rows w
    cross join lateral (
      select q.id, w.task_id, q.from_state, q.to_state, q.metadata, q.sort_key, q.most_recent, q.created_at
      from tasker_workflow_step_transitions q where q.workflow_step_id = w.workflow_step_id offset 0
    ) x
  ),
  moves as materialized (
    select x.kind, x.owner, x.task_id, x.step_id, x.id, x.from_state, x.to_state, x.metadata, x.sort_key, x.most_recent,
      x.created_at, ${wholeNumber("writer")} as writer, ${wholeNumber("seq")} as seq, ${wholeNumber("epoch")} as epoch,
      x.metadata ->> 'execution_id' as execution, coalesce(lag(x.to_state) over o, 'pending') as before,
      lag(x.sort_key) over o as key_before, row_number() over o as place, lead(x.id) over o is null as newest
    from written x window o as (partition by x.kind, x.owner order by x.sort_key, x.id)
  ),
  steps as materialized (
    select w.workflow_step_id as step_id, w.task_id, w.named_step_id, w.retryable, w.skippable, w.in_process, w.processed,
      w.processed_at, w.attempts, coalesce(w.retry_limit, 3) as retry_limit, w.last_attempted_at, w.backoff_request_seconds, w.results,
      coalesce(h.state, 'pending') as state, h.metadata, h.since, not coalesce(h.by_others, false) as ours,
      coalesce(h.starts, 0) as starts, coalesce(h.given_back, 0) as given_back, h.last_start,
      h.begun, h.begun_seq, h.begun_at, coalesce(h.satisfied, false) as satisfied, h.satisfied_seq, h.satisfied_at
    from step_rows w
    left join (
      select x.owner, max(x.to_state) filter (where x.newest) as state,
        (array_agg(x.metadata) filter (where x.newest))[1] as metadata,
        max(x.created_at) filter (where x.newest) as since, bool_or(x.writer is null) as by_others,
        count(*) filter (where x.to_state = 'in_progress') as starts,
        count(*) filter (where x.metadata ? 'interrupted' and not x.metadata ? 'permanent') as given_back,
        (array_agg(x.created_at order by x.sort_key desc) filter (where x.to_state = 'in_progress'))[1] as last_start,
        -- Starts, and what an engine did in place of one.
        (array_agg(x.to_state order by x.sort_key) filter (where x.begins))[1] as begun,
        (array_agg(x.seq order by x.sort_key) filter (where x.begins))[1] as begun_seq,
        (array_agg(x.created_at order by x.sort_key) filter (where x.begins))[1] as begun_at,
        bool_or(x.to_state in ('complete', 'resolved_manually')) as satisfied,
        min(x.seq) filter (where x.to_state in ('complete', 'resolved_manually')) as satisfied_seq,
        min(x.created_at) filter (where x.to_state in ('complete', 'resolved_manually')) as satisfied_at
      from (
        select q.*, q.to_state = 'in_progress'
          or (q.writer > 0 and q.metadata ->> 'resolution' in ('skipped', 'bypassed')) as begins
        from moves q where q.kind = 'step'
      ) x group by x.owner
    ) h on h.owner = w.workflow_step_id
  ),
  tasks as materialized (
    select k.task_id, k.complete, k.updated_at, coalesce(c.to_state, 'pending') as state, c.metadata, c.since,
      c.owner is null or c.writer is not null as ours, r.owner_id is not null as has_run, r.owner_id, r.epoch, r.wake_at,
      r.paused
    from asked a
    cross join lateral (select q.* from tasker_tasks q where q.task_id = a.task_id limit 1) k
    left join lateral (${hasEngineTables ? RUN : NO_RUN}) r on true
    left join (
      select x.owner, x.to_state, x.metadata, x.writer, x.created_at as since from moves x where x.kind = 'task' and x.newest
    ) c on c.owner = k.task_id
  ),
  edges as materialized (
    select w.task_id, e.id, e.from_step_id, e.to_step_id from step_rows w
    cross join lateral (
      select q.id, q.from_step_id, q.to_step_id from tasker_workflow_step_edges q
      where q.to_step_id = w.workflow_step_id offset 0
    ) e
  )`;
}
