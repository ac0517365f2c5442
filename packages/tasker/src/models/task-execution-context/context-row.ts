import { array, float8, int4, int8, text, textOf } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import type { ExecutionStatus, HealthStatus, RecommendedAction } from "../../states/execution-status.ts";

const COLUMNS = {
  task_id: int8,
  named_task_id: int4,
  status: text,
  total_steps: int8,
  pending_steps: int8,
  in_progress_steps: int8,
  completed_steps: int8,
  failed_steps: int8,
  ready_steps: int8,
  execution_status: textOf<ExecutionStatus>(),
  recommended_action: textOf<RecommendedAction>(),
  completion_percentage: float8,
  health_status: textOf<HealthStatus>(),
};

/** How far a task is. `completion_percentage` is 0 to 100, rounded to two decimals; `status` is the task's own state. */
export type TaskExecutionContextRow = RowOf<typeof COLUMNS>;

/** The columns of the functions, the percentage as a number. */
const SELECTED = Object.keys(COLUMNS)
  .map((column) => (column === "completion_percentage" ? `${column}::float8` : column))
  .join(", ");

/** The context of task `$1`: one row, none if there is no such task. */
export const selectExecutionContext = statement({
  name: "select_execution_context",
  text: `select ${SELECTED} from get_task_execution_context($1::int8)`,
  parameters: [int8],
  columns: COLUMNS,
});

/** The contexts of the tasks `$1`, by task; one for each time that a task is named. */
export const selectExecutionContexts = statement({
  name: "select_execution_contexts",
  text: `select ${SELECTED} from get_task_execution_contexts_batch($1::int8[])`,
  parameters: [array(int8)],
  columns: COLUMNS,
});
