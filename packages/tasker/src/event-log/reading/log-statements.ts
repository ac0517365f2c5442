import { array, bool, float8, int4, int8, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/** How far the tables of the log have got, and who is writing to them. */
export const readLogPositions = statement({
  name: "log_positions",
  text: "select tasks, task_rows, step_rows, events, writers from tasker_positions()",
  parameters: [],
  columns: { tasks: int8, task_rows: int8, step_rows: int8, events: int8, writers: array(text) },
});

/** The positions in the log at a time. */
export const readLogPositionsAt = statement({
  name: "log_positions_at",
  text: "select tasks, task_rows, step_rows, events from tasker_log_positions_at($1)",
  parameters: [timestamp],
  columns: { tasks: int8, task_rows: int8, step_rows: int8, events: int8 },
});

/** Rows of the log with ids in ranges. */
export const readLogRows = statement({
  name: "log_rows",
  text: `
    select source, id, place, found, task_id, step_id, named_task_id, named_step_id, correlation_id, requested_at,
      from_state, to_state, sort_key, seq, details, name, event_id, at, written_at
    from tasker_read_log($1, $2, $3, $4, $5)`,
  parameters: [array(int4), array(int8), array(int8), int4, int8],
  columns: {
    source: int4,
    id: int8,
    place: int4,
    found: int4,
    task_id: nullable(int8),
    step_id: nullable(int8),
    named_task_id: nullable(int4),
    named_step_id: nullable(int4),
    correlation_id: nullable(varchar),
    requested_at: nullable(timestamp),
    from_state: nullable(varchar),
    to_state: nullable(varchar),
    sort_key: int4,
    seq: nullable(int8),
    details: jsonb,
    name: nullable(varchar),
    event_id: nullable(varchar),
    at: timestamp,
    written_at: timestamp,
  },
});

/** Which rows of the log there are with ids in ranges, without what they tell. */
export const scanLogRows = statement({
  name: "log_scan",
  text: `
    select source, ids, task_ids, seqs, ats, written_ats, more from tasker_scan_log($1, $2, $3, $4)`,
  parameters: [array(int4), array(int8), array(int8), int4],
  columns: {
    source: int4,
    ids: array(int8),
    task_ids: array(nullable(int8)),
    seqs: array(nullable(float8)),
    ats: array(int8),
    written_ats: array(int8),
    more: bool,
  },
});

/** Of which named tasks tasks are. */
export const readTaskKinds = statement({
  name: "log_task_kinds",
  text: "select task_id, named_task_id from tasker_tasks where task_id = any($1)",
  parameters: [array(int8)],
  columns: { task_id: int8, named_task_id: int4 },
});

/** The first of the rows that tasks have above some ids. */
export const readLogBeyond = statement({
  name: "log_beyond",
  text: "select task_id, seq, at, unnumbered_at from tasker_log_beyond($1, $2, $3, $4, $5)",
  parameters: [array(int8), array(bool), nullable(int8), nullable(int8), nullable(int8)],
  columns: { task_id: int8, seq: nullable(float8), at: timestamp, unnumbered_at: nullable(timestamp) },
});

/** What named tasks are called. */
export const readNamedTasks = statement({
  name: "log_named_tasks",
  text: `
    select n.named_task_id, s.name as namespace, n.name, n.version from tasker_named_tasks n
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    where n.named_task_id = any($1::int4[])`,
  parameters: [array(int4)],
  columns: { named_task_id: int4, namespace: varchar, name: varchar, version: varchar },
});

/** What named steps are called. */
export const readNamedSteps = statement({
  name: "log_named_steps",
  text: "select named_step_id, name from tasker_named_steps where named_step_id = any($1::int4[])",
  parameters: [array(int4)],
  columns: { named_step_id: int4, name: varchar },
});
