import { array, bool, int4, int8, json, jsonb, nullable, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** Steps as they are stored, with their names and current states, in the order of the ids that are given. */
export const selectSteps = statement({
  name: "reading_steps",
  text: `
    select w.workflow_step_id, w.task_id, w.named_step_id, n.name, coalesce(x.to_state, 'pending') as state,
      x.created_at as changed_at, x.metadata, w.attempts, w.skippable, w.retryable, w.retry_limit, w.processed,
      w.processed_at, w.in_process, w.backoff_request_seconds, w.last_attempted_at, w.inputs, w.results, e.outside
    from unnest($1::int8[]) with ordinality as i(id, place)
    cross join lateral (select q.* from tasker_workflow_steps q where q.workflow_step_id = i.id limit 1) w
    join tasker_named_steps n on n.named_step_id = w.named_step_id
    left join lateral (
      select y.to_state, y.created_at, y.metadata from tasker_workflow_step_transitions y
      where y.workflow_step_id = i.id and y.most_recent limit 1
    ) x on true
    left join lateral (
      select json_build_object('execution_id', e.execution_id, 'attempt', e.attempt, 'process_id', e.process_id,
        'worker', p.name, 'language', p.language, 'started_at', e.started_at, 'heartbeat_at', e.heartbeat_at,
        'deadline_at', e.deadline_at, 'progress', e.progress) as outside
      from tasker_step_executions e left join tasker_processes p on p.process_id = e.process_id
      where e.task_id = w.task_id and e.workflow_step_id = i.id and e.state = 'running' limit 1
    ) e on true
    order by i.place`,
  parameters: [array(int8)],
  columns: {
    workflow_step_id: int8,
    task_id: int8,
    named_step_id: int4,
    name: varchar,
    state: varchar,
    changed_at: nullable(timestamp),
    metadata: nullable(jsonb),
    attempts: nullable(int4),
    skippable: bool,
    retryable: bool,
    retry_limit: nullable(int4),
    processed: bool,
    processed_at: nullable(timestamp),
    in_process: bool,
    backoff_request_seconds: nullable(int4),
    last_attempted_at: nullable(timestamp),
    inputs: nullable(jsonb),
    results: nullable(jsonb),
    outside: nullable(json),
  },
});

/** A step as it is stored, with its name and current state. */
export type StepRow = RowOf<(typeof selectSteps)["columns"]>;

/** Ids of the steps of one task after one of them, in the order of their ids, with the bytes of their values. */
export const selectStepIdsAfter = statement({
  name: "reading_step_ids_after",
  text: `
    select w.workflow_step_id,
      coalesce(octet_length(w.inputs::text), 0) + coalesce(octet_length(w.results::text), 0) as size
    from tasker_workflow_steps w
    where w.task_id = $1 and w.workflow_step_id > $2 order by w.workflow_step_id limit $3::int4`,
  parameters: [int8, int8, int4],
  columns: { workflow_step_id: int8, size: int4 },
});

/** Ids of the steps of tasks, in the order of their ids. */
export const selectStepIdsOfTasks = statement({
  name: "reading_step_ids_of_tasks",
  text: `
    select w.workflow_step_id from unnest($1::int8[]) as i(id)
    cross join lateral (select q.workflow_step_id from tasker_workflow_steps q where q.task_id = i.id offset 0) w
    order by w.workflow_step_id`,
  parameters: [array(int8)],
  columns: { workflow_step_id: int8 },
});

/** The edges from and to steps, and those to the children of their parents: each pair once. */
export const selectEdgesAround = statement({
  name: "reading_edges_around",
  text: `
    with own as materialized (select distinct i.id from unnest($1::int8[]) as i(id)),
    parents as materialized (
      select distinct e.id from own o
      cross join lateral (
        select q.from_step_id as id from tasker_workflow_step_edges q where q.to_step_id = o.id offset 0
      ) e
    ),
    kin as materialized (
      select o.id from own o
      union
      select e.id from parents p
      cross join lateral (
        select q.to_step_id as id from tasker_workflow_step_edges q where q.from_step_id = p.id offset 0
      ) e
    )
    select e.from_step_id, e.to_step_id from kin k
    cross join lateral (
      select q.from_step_id, q.to_step_id from tasker_workflow_step_edges q where q.to_step_id = k.id offset 0
    ) e
    union
    select e.from_step_id, e.to_step_id from own o
    cross join lateral (
      select q.from_step_id, q.to_step_id from tasker_workflow_step_edges q where q.from_step_id = o.id offset 0
    ) e
    order by 1, 2`,
  parameters: [array(int8)],
  columns: { from_step_id: int8, to_step_id: int8 },
});
