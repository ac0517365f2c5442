import { bool, float8, int4, int8, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** The slowest steps created after `$1`, at most `$2`, of a namespace, name and version if given. */
export const selectSlowestSteps = statement({
  name: "select_slowest_steps",
  text: `
    select workflow_step_id, task_id, step_name, task_name, namespace_name, version, duration_seconds::float8,
      coalesce(attempts, 0) as attempts, created_at at time zone 'UTC' as created_at,
      completed_at at time zone 'UTC' as completed_at, retryable, step_status
    from get_slowest_steps_v01($1::timestamp at time zone 'UTC', $2::int4, $3::text, $4::text, $5::text)`,
  parameters: [nullable(timestamp), nullable(int4), nullable(text), nullable(text), nullable(text)],
  columns: {
    workflow_step_id: int8,
    task_id: int8,
    step_name: varchar,
    task_name: varchar,
    namespace_name: varchar,
    version: varchar,
    duration_seconds: float8,
    attempts: int4,
    created_at: timestamp,
    completed_at: timestamp,
    retryable: bool,
    step_status: varchar,
  },
});

/** A complete step and how long it took from its creation. Attempts that are not stored are 0. */
export type SlowStepRow = RowOf<typeof selectSlowestSteps.columns>;
