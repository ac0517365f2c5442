import { int8 } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** Counts over the whole database: one row. */
export const selectSystemHealthCounts = statement({
  name: "select_system_health_counts",
  text: "select * from get_system_health_counts_v01()",
  parameters: [],
  columns: {
    total_tasks: int8,
    pending_tasks: int8,
    in_progress_tasks: int8,
    complete_tasks: int8,
    error_tasks: int8,
    cancelled_tasks: int8,
    total_steps: int8,
    pending_steps: int8,
    in_progress_steps: int8,
    complete_steps: int8,
    error_steps: int8,
    retryable_error_steps: int8,
    exhausted_retry_steps: int8,
    in_backoff_steps: int8,
    active_connections: int8,
    max_connections: int8,
  },
});

/**
 * How many tasks, steps and connections there are, by state. A task or step that never left `pending` has no transition
 * and is in the total alone. `in_backoff_steps` are retryable steps in error with a time of their last attempt, however
 * long ago.
 */
export type SystemHealthCounts = RowOf<typeof selectSystemHealthCounts.columns>;

/** What {@link countsOf} gives without a row. */
const ZEROS: SystemHealthCounts = {
  total_tasks: 0,
  pending_tasks: 0,
  in_progress_tasks: 0,
  complete_tasks: 0,
  error_tasks: 0,
  cancelled_tasks: 0,
  total_steps: 0,
  pending_steps: 0,
  in_progress_steps: 0,
  complete_steps: 0,
  error_steps: 0,
  retryable_error_steps: 0,
  exhausted_retry_steps: 0,
  in_backoff_steps: 0,
  active_connections: 0,
  max_connections: 0,
};

/** The first row; zeros if there is none. */
export function countsOf(rows: readonly SystemHealthCounts[]): SystemHealthCounts {
  return rows[0] ?? ZEROS;
}
