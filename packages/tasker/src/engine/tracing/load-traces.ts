import { ROOT_CONTEXT } from "@opentelemetry/api";
import type { Connection } from "../../database/database.ts";
import { array, int8, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { StoredTrace } from "../../tracing/stored-trace.ts";
import type { SubmitSpan } from "../../tracing/submit-span.ts";
import type { Tracing } from "../../tracing/tracing.ts";
import type { TaskRun } from "../task-run.ts";

/** Reads the places of tasks in their traces, and when those were started that are in progress. */
export const readTraces = statement({
  name: "read_traces",
  text: `
    select r.task_id, r.traceparent, r.tracestate, s.started_at
    from unnest($1::int8[]) as q(task_id)
    cross join lateral (select * from tasker_task_runs t where t.task_id = q.task_id offset 0) r
    left join lateral (
      select x.created_at as started_at from tasker_task_transitions x
      where x.task_id = q.task_id and x.most_recent and x.to_state = 'in_progress' offset 0
    ) s on true`,
  parameters: [array(int8)],
  columns: {
    task_id: int8,
    traceparent: nullable(varchar),
    tracestate: nullable(varchar),
    started_at: nullable(timestamp),
  },
});

/** Gives tasks that a process owns a place in a trace, if they have none and nobody holds them; gives those that got it. */
export const storeTraces = statement({
  name: "store_traces",
  text: `
    with free as (
      select r.task_id from tasker_task_runs r
      where r.task_id = any($2) and r.owner_id = $1 and r.traceparent is null
      order by r.task_id for no key update skip locked
    )
    update tasker_task_runs r set traceparent = q.traceparent, tracestate = q.tracestate
    from unnest($2::int8[], $3::text[], $4::text[]) as q(task_id, traceparent, tracestate)
    where r.task_id = q.task_id and q.task_id in (select f.task_id from free f)
    returning r.task_id`,
  parameters: [int8, array(int8), array(text), array(nullable(text))],
  columns: { task_id: int8 },
});

/**
 * Tells tasks that were just read their places in their traces.
 * @param owner id of this process if it owns them: tasks that are in no trace, as they were submitted where nothing is traced, begin
 * one then. Null: it does not
 */
export async function loadTraces(
  connection: Connection,
  tracing: Tracing | null,
  runs: readonly TaskRun[],
  owner: number | null,
): Promise<void> {
  if (runs.length === 0 || tracing === null || !tracing.isOn) return;
  const runOf = new Map(runs.map((run) => [run.taskId, run]));
  const without: TaskRun[] = [];
  for (const row of await connection.run(readTraces, [[...runOf.keys()]])) {
    const run = runOf.get(row.task_id);
    if (run === undefined) continue;
    const { traceparent, tracestate, started_at: startedAt } = row;
    if (traceparent === null) without.push(run);
    else run.trace = tracing.open({ traceparent, tracestate }, startedAt?.getTime() ?? null);
  }
  if (owner !== null && without.length > 0) await beginTraces(connection, tracing, without, owner);
}

async function beginTraces(
  connection: Connection,
  tracing: Tracing,
  runs: readonly TaskRun[],
  owner: number,
): Promise<void> {
  const begun = new Map<number, { readonly run: TaskRun; readonly span: SubmitSpan; readonly stored: StoredTrace }>();
  for (const run of runs) {
    const span = tracing.submit(run.view, ROOT_CONTEXT);
    if (span.stored !== null) begun.set(run.taskId, { run, span, stored: span.stored });
  }
  const stored = [...begun.values()].map((one) => one.stored);
  const rows = await connection.run(storeTraces, [
    owner,
    [...begun.keys()],
    stored.map(({ traceparent }) => traceparent),
    stored.map(({ tracestate }) => tracestate),
  ]);
  for (const { task_id: taskId } of rows) {
    const one = begun.get(taskId);
    if (one === undefined) continue;
    one.span.end({ taskId, created: true });
    one.run.trace = tracing.open(one.stored);
  }
}
