import { array, bool, int4, int8, nullable, text, timestamp } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

const COLUMNS = {
  workflow_step_id: int8,
  task_id: int8,
  named_step_id: int4,
  name: text,
  current_state: text,
  dependencies_satisfied: bool,
  retry_eligible: bool,
  ready_for_execution: bool,
  last_failure_at: nullable(timestamp),
  next_retry_at: nullable(timestamp),
  total_parents: int4,
  completed_parents: int4,
  attempts: int4,
  retry_limit: int4,
  backoff_request_seconds: nullable(int4),
  last_attempted_at: nullable(timestamp),
};

/** What keeps one step from running. `current_state` is what is stored, also if no engine knows it. */
export type StepReadinessRow = RowOf<typeof COLUMNS>;

/** Readiness of the steps `$2` of task `$1`; of all its steps if `$2` is null. */
export const selectStepReadiness = statement({
  name: "select_step_readiness",
  text: "select * from get_step_readiness_status($1::int8, $2::int8[]) order by workflow_step_id",
  parameters: [int8, nullable(array(int8))],
  columns: COLUMNS,
});

/** Readiness of all steps of the tasks `$1`. */
export const selectStepReadinessOfTasks = statement({
  name: "select_step_readiness_of_tasks",
  text: "select * from get_step_readiness_status_batch($1::int8[]) order by task_id, workflow_step_id",
  parameters: [array(int8)],
  columns: COLUMNS,
});
