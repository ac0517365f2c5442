import { float8, int4, int8, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** The slowest tasks created after `$1`, at most `$2`, of a namespace, name and version if given. */
export const selectSlowestTasks = statement({
  name: "select_slowest_tasks",
  text: `
    select task_id, task_name, namespace_name, version, duration_seconds::float8, step_count, completed_steps, error_steps,
      created_at at time zone 'UTC' as created_at, completed_at at time zone 'UTC' as completed_at, initiator, source_system
    from get_slowest_tasks_v01($1::timestamp at time zone 'UTC', $2::int4, $3::text, $4::text, $5::text)`,
  parameters: [nullable(timestamp), nullable(int4), nullable(text), nullable(text), nullable(text)],
  columns: {
    task_id: int8,
    task_name: varchar,
    namespace_name: varchar,
    version: varchar,
    duration_seconds: float8,
    step_count: int8,
    completed_steps: int8,
    error_steps: int8,
    created_at: timestamp,
    completed_at: timestamp,
    initiator: nullable(varchar),
    source_system: nullable(varchar),
  },
});

/** A task and how long it took, from its creation until the last of its steps was complete or in error. */
export type SlowTaskRow = RowOf<typeof selectSlowestTasks.columns>;
