import { array, bool, int2, int4, int8, json, jsonb, nullable, timestamp, varchar } from "../database/sql-type.ts";
import { type RowOf, statement } from "../database/statement.ts";

/** Reads tasks that a process owns, with their steps and edges. */
export const loadTasks = statement({
  name: "load_tasks",
  text: "select * from tasker_load($1, $2)",
  parameters: [int8, array(int8)],
  columns: {
    task_id: int8,
    definition_hash: varchar,
    epoch: int8,
    revision: int4,
    priority: int2,
    correlation_id: varchar,
    namespace: varchar,
    name: varchar,
    version: varchar,
    context: nullable(jsonb),
    initiator: nullable(varchar),
    source_system: nullable(varchar),
    reason: nullable(varchar),
    tags: nullable(jsonb),
    bypass_steps: nullable(json),
    requested_at: timestamp,
    state: varchar,
    sort_key: int4,
    halted: bool,
    paused: bool,
    parent_task_id: nullable(int8),
    steps: nullable(json),
    edges: nullable(json),
  },
});

/** A row of {@link loadTasks}. */
export type LoadedTask = RowOf<typeof loadTasks.columns>;

/** Gives back tasks that a process owns and cannot run; from `$3` on they can be claimed again. */
export const giveBack = statement({
  name: "give_back",
  text: "update tasker_task_runs set owner_id = 0, wake_at = $3 where owner_id = $1 and task_id = any($2)",
  parameters: [int8, array(int8), timestamp],
  columns: {},
});
