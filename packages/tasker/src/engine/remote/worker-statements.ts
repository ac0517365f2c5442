import { array, int4, int8, json, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import type { StoredTrace } from "../../tracing/stored-trace.ts";

/** Registers a remote worker; its lease ends `$5` milliseconds from now by the database's clock. */
export const registerWorker = statement({
  name: "register_worker",
  text: `
    insert into tasker_processes (kind, host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at,
      name, language, handlers, queues, namespaces, principal)
    select 'worker', $1, $2, $3, t.now, t.now, $5, t.now + $5::int4 * interval '1 millisecond', t.now, $6, $4, $7, $8, $9, $10
    from (select clock_timestamp() at time zone 'UTC' as now) t
    returning process_id`,
  parameters: [
    varchar,
    int4,
    varchar,
    varchar,
    int4,
    nullable(varchar),
    array(varchar),
    array(varchar),
    nullable(array(varchar)),
    nullable(text),
  ],
  columns: { process_id: int8 },
});

/** What a remote worker has registered with, whether or not it still is. */
export const findWorker = statement({
  name: "find_worker",
  text: `
    select handlers, queues, namespaces, principal from tasker_processes
    where process_id = $1 and kind = 'worker'`,
  parameters: [int8],
  columns: {
    handlers: array(varchar),
    queues: array(varchar),
    namespaces: nullable(array(varchar)),
    principal: nullable(text),
  },
});

/** Ends a remote worker that takes steps in no other namespaces than `$2`; gives the owners of what it was running. */
export const leaveWorker = statement({
  name: "leave_worker",
  text: `
    with gone as (
      update tasker_processes set stopped_at = clock_timestamp() at time zone 'UTC'
      where process_id = $1 and kind = 'worker' and stopped_at is null
        and ($2::varchar[] is null or coalesce(namespaces <@ $2, false))
      returning process_id
    )
    select distinct coalesce(x.owner_id, 0) as owner_id from gone g
    left join tasker_step_executions x on x.process_id = g.process_id and x.state = 'running'`,
  parameters: [int8, nullable(array(varchar))],
  columns: { owner_id: int8 },
});

/** Renews the leases of remote workers; null for each that is not registered any more. */
export const renewWorkers = statement({
  name: "renew_workers",
  text: "select q.id as process_id, tasker_renew_worker(q.id) as lease_ms from unnest($1::int8[]) as q(id)",
  parameters: [array(int8)],
  columns: { process_id: int8, lease_ms: nullable(int4) },
});

/** How many steps are offered to workers, up to 1,000 for each of some queues and handlers. */
export const countOffers = statement({
  name: "count_offers",
  text: `
    select (q.place - 1)::int4 as place, n.name as namespace, count(*)::int4 as offers
    from unnest($1::varchar[], $2::varchar[]) with ordinality as q(queue, handler, place)
    cross join lateral (
      select o.task_namespace_id from tasker_ready_steps o
      where o.queue = q.queue and o.handler = q.handler order by o.priority desc, o.run_at limit 1000
    ) o
    join tasker_task_namespaces n on n.task_namespace_id = o.task_namespace_id
    group by q.place, n.name`,
  parameters: [array(varchar), array(varchar)],
  columns: { place: int4, namespace: varchar, offers: int4 },
});

const STARTED = {
  execution_id: nullable(varchar),
  workflow_step_id: nullable(int8),
  task_id: nullable(int8),
  attempt: nullable(int4),
  owner_id: nullable(int8),
  revision: nullable(int4),
  started_at: nullable(timestamp),
  deadline_at: nullable(timestamp),
  progress: nullable(jsonb),
  traceparent: nullable(varchar),
  tracestate: nullable(varchar),
};

/** Starts attempts of steps that are offered to workers. */
export const pollSteps = statement({
  name: "poll_steps",
  text: `
    select execution_id, workflow_step_id, task_id, attempt, owner_id, revision, started_at, deadline_at, progress,
      traceparent, tracestate
    from tasker_poll_steps($1, $2, $3, $4, $5, $6, $7)`,
  parameters: [int8, varchar, array(varchar), array(varchar), nullable(array(varchar)), int4, timestamp],
  columns: STARTED,
});

/** Starts attempts of steps that are offered to workers, by their ids. */
export const startSteps = statement({
  name: "start_steps",
  text: `
    select execution_id, outcome, workflow_step_id, task_id, attempt, owner_id, revision, started_at, deadline_at, progress,
      traceparent, tracestate
    from tasker_start_steps($1, $2, $3, $4)`,
  parameters: [int8, json, nullable(array(varchar)), timestamp],
  columns: { ...STARTED, outcome: nullable(varchar) },
});

/** Says that attempts still run, and how far they are. */
export const beatWorker = statement({
  name: "beat_worker",
  text: "select execution_id, state, reason, step_state from tasker_beat_worker($1, $2, $3)",
  parameters: [int8, json, nullable(array(varchar))],
  columns: {
    execution_id: nullable(varchar),
    state: nullable(varchar),
    reason: nullable(text),
    step_state: nullable(varchar),
  },
});

/** Writes what came of attempts, and renews the worker's lease. */
export const finishRemote = statement({
  name: "finish_remote",
  text: `
    select f.execution_id, f.state, f.owner_id
    from (select tasker_renew_worker($1) as lease_ms) w cross join lateral tasker_finish_executions($1, $2, $3) f`,
  parameters: [int8, timestamp, json],
  columns: { execution_id: varchar, state: varchar, owner_id: int8 },
});

/** What is known of attempts that are or were remote workers'. */
export const inspectExecutions = statement({
  name: "inspect_executions",
  text: `
    select execution_id, task_id, workflow_step_id, namespace, attempt, revision, owner_id, process_id, started_at, state,
      reason, kind, ended_as
    from tasker_inspect_executions($1)`,
  parameters: [json],
  columns: {
    execution_id: varchar,
    task_id: int8,
    workflow_step_id: int8,
    namespace: varchar,
    attempt: nullable(int4),
    revision: nullable(int4),
    owner_id: nullable(int8),
    process_id: nullable(int8),
    started_at: nullable(timestamp),
    state: nullable(varchar),
    reason: nullable(text),
    kind: nullable(text),
    ended_as: nullable(varchar),
  },
});

/** An attempt as it is known, outside its owner or written. */
export type InspectedExecution = RowOf<typeof inspectExecutions.columns>;

/** An attempt that was started for a worker. */
export interface StartedStep {
  readonly execution_id: string;
  readonly workflow_step_id: number;
  readonly task_id: number;
  readonly attempt: number;
  readonly owner_id: number;
  readonly revision: number;
  readonly started_at: Date;
  readonly deadline_at: Date | null;
  readonly progress: unknown;
  /** Place of its task in a trace; null if it is in none. */
  readonly trace: StoredTrace | null;
}

/** The row as a started attempt; null if there is none in it. */
export function toStartedStep(row: RowOf<typeof pollSteps.columns>): StartedStep | null {
  const { execution_id, workflow_step_id, task_id, attempt, owner_id, revision, started_at, deadline_at } = row;
  if (execution_id === null || workflow_step_id === null || task_id === null || attempt === null) return null;
  if (owner_id === null || revision === null || started_at === null) return null;
  const { progress, traceparent, tracestate } = row;
  const trace = traceparent === null ? null : { traceparent, tracestate };
  return {
    ...{ execution_id, workflow_step_id, task_id, attempt, owner_id, revision, started_at, deadline_at },
    ...{ progress, trace },
  };
}
