import type { RowOfTable } from "../../database/query/tables.ts";

/** The two tables that hold transitions. */
export type TransitionTable = "tasker_task_transitions" | "tasker_workflow_step_transitions";

/** What the rows of both have in common. */
export type TransitionRow = Pick<
  RowOfTable<"tasker_task_transitions">,
  "id" | "to_state" | "from_state" | "metadata" | "sort_key" | "most_recent" | "created_at" | "updated_at"
>;

/** For each of them, the column that says whose transition it is. */
export const OWNER_COLUMN = {
  tasker_task_transitions: "task_id",
  tasker_workflow_step_transitions: "workflow_step_id",
} as const satisfies Readonly<Record<TransitionTable, string>>;
