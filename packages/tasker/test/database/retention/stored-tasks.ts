import type { Connection } from "../../../src/database/database.ts";

/** Tables with rows of tasks, and the key they are read by. */
const TABLES = {
  tasker_tasks: "task_id",
  tasker_task_runs: "task_id",
  tasker_task_transitions: "id",
  tasker_task_annotations: "task_annotation_id",
  tasker_workflow_steps: "workflow_step_id",
  tasker_workflow_step_edges: "id",
  tasker_workflow_step_transitions: "id",
} as const;

/** Every row of every table that holds tasks, as PostgreSQL's text; line breaks between JSON values are blanks. */
export async function dumpTasks(connection: Connection): Promise<Record<string, unknown[]>> {
  const dump: Record<string, unknown[]> = {};
  for (const [table, key] of Object.entries(TABLES)) {
    const rows = await connection.query(
      `select translate(t::text, e'\\n\\r', '  ') as row from ${table} t order by ${key}`,
    );
    dump[table] = rows.map(({ row }) => row);
  }
  return dump;
}

/** How many rows each of the tables has. */
export async function countTaskRows(connection: Connection): Promise<Record<string, number>> {
  return Object.fromEntries(Object.entries(await dumpTasks(connection)).map(([table, rows]) => [table, rows.length]));
}

/** The ids of all tasks. */
export async function taskIds(connection: Connection): Promise<unknown[]> {
  return (await connection.query("select task_id from tasker_tasks order by 1")).map(({ task_id }) => task_id);
}

/** What {@link insertTasks} makes. */
export interface SampleTasks {
  readonly count: number;
  readonly steps: number;
  /** State of each task and its steps. Default: complete. */
  readonly state?: string;
  /** When the tasks reached it, as a timestamp in UTC. Default: 2026-01-01. */
  readonly since?: string;
}

/** Writes tasks of a chain of steps with their transitions, as the reference does: without run rows. Gives their ids. */
export async function insertTasks(connection: Connection, sample: SampleTasks): Promise<number[]> {
  const { count, steps, state = "complete", since = "2026-01-01" } = sample;
  await connection.execute(`
    insert into tasker_task_namespaces (name, created_at, updated_at) values ('rails', now(), now()) on conflict do nothing;
    insert into tasker_named_tasks (name, task_namespace_id, created_at, updated_at)
    select 'chain', task_namespace_id, now(), now() from tasker_task_namespaces where name = 'rails'
    on conflict do nothing;
    insert into tasker_dependent_systems (name, created_at, updated_at) values ('rails', now(), now()) on conflict do nothing;
    insert into tasker_named_steps (dependent_system_id, name, created_at, updated_at)
    select dependent_system_id, 'link', now(), now() from tasker_dependent_systems where name = 'rails'
    on conflict do nothing`);
  const rows = await connection.query(
    `with tasks as (
       insert into tasker_tasks (named_task_id, complete, requested_at, identity_hash, created_at, updated_at)
       select n.named_task_id, $3 = 'complete', $4::timestamp, gen_random_uuid()::text, $4::timestamp, $4::timestamp
       from generate_series(1, $1::int4) g, tasker_named_tasks n where n.name = 'chain'
       returning task_id
     ), moved as (
       insert into tasker_task_transitions (task_id, to_state, sort_key, most_recent, created_at, updated_at)
       select task_id, $3, 10, true, $4::timestamp, $4::timestamp from tasks
     ), steps as (
       insert into tasker_workflow_steps (task_id, named_step_id, created_at, updated_at)
       select k.task_id, n.named_step_id, $4::timestamp, $4::timestamp
       from tasks k, generate_series(1, $2::int4) g, tasker_named_steps n where n.name = 'link'
       returning workflow_step_id, task_id
     ), step_moves as (
       insert into tasker_workflow_step_transitions (workflow_step_id, to_state, sort_key, most_recent, created_at, updated_at)
       select workflow_step_id, $3, 10, true, $4::timestamp, $4::timestamp from steps
     ), edges as (
       insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
       select q.parent, q.workflow_step_id, 'provides', $4::timestamp, $4::timestamp
       from (select workflow_step_id, lag(workflow_step_id) over (partition by task_id order by workflow_step_id) as parent
             from steps) q
       where q.parent is not null
     )
     select task_id from tasks order by 1`,
    [count, steps, state, since],
  );
  return rows.map(({ task_id }) => Number(task_id));
}

/** The ids of the steps of a task. */
export async function stepIds(connection: Connection, taskId: number): Promise<unknown[]> {
  const rows = await connection.query(
    "select workflow_step_id from tasker_workflow_steps where task_id = $1 order by 1",
    [taskId],
  );
  return rows.map(({ workflow_step_id }) => workflow_step_id);
}

/** Puts back what one line of an archive holds, in the way that docs/retention.md describes. */
export async function restoreLine(connection: Connection, line: string): Promise<void> {
  const parts = [
    ["tasker_tasks", "json_populate_record(null::tasker_tasks, $1::json -> 'task')"],
    ["tasker_task_transitions", "json_populate_recordset(null::tasker_task_transitions, $1::json -> 'transitions')"],
    ["tasker_task_annotations", "json_populate_recordset(null::tasker_task_annotations, $1::json -> 'annotations')"],
    ["tasker_workflow_steps", "json_populate_recordset(null::tasker_workflow_steps, $1::json -> 'steps')"],
    ["tasker_workflow_step_edges", "json_populate_recordset(null::tasker_workflow_step_edges, $1::json -> 'edges')"],
    [
      "tasker_workflow_step_transitions",
      "json_populate_recordset(null::tasker_workflow_step_transitions, $1::json -> 'step_transitions')",
    ],
    [
      "tasker_task_runs",
      "json_populate_record(null::tasker_task_runs, $1::json -> 'run') q where json_typeof($1::json -> 'run') = 'object'",
    ],
  ];
  for (const [table, rows] of parts) await connection.query(`insert into ${table} select * from ${rows}`, [line]);
}
