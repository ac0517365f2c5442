import type { Connection } from "../../database/database.ts";
import { array, bool, int8, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { SATISFIED_STATES } from "../../states/state-sets.ts";
import type { TaskRow } from "./record.ts";

type Task = Pick<TaskRow, "task_id">;

/** The current states of tasks that have a transition. */
export const selectTaskStates = statement({
  name: "select_task_states",
  text: `
    select task_id, to_state from tasker_task_transitions
    where task_id = any ($1::int8[]) and most_recent and to_state <> ''`,
  parameters: [array(int8)],
  columns: { task_id: int8, to_state: varchar },
});

/** Whether all steps are in one of these states, for tasks that have steps. */
export const selectTasksWithAllSteps = statement({
  name: "select_tasks_with_all_steps",
  text: `
    select task_id, bool_and(coalesce(to_state = any ($2::varchar[]), false)) as whole
    from tasker_workflow_steps step
    left join tasker_workflow_step_transitions current
      on current.workflow_step_id = step.workflow_step_id and current.most_recent
    where task_id = any ($1::int8[]) group by task_id`,
  parameters: [array(int8), array(varchar)],
  columns: { task_id: int8, whole: bool },
});

/** The current state of each task, by its id: where its most recent transition led, `pending` without any; one query. */
export async function loadStatuses(connection: Connection, tasks: readonly Task[]): Promise<Map<number, string>> {
  const keys = tasks.map((task) => task.task_id);
  const rows = await connection.run(selectTaskStates, [keys]);
  const states = new Map(rows.map((row) => [row.task_id, row.to_state]));
  return new Map(keys.map((key) => [key, states.get(key) ?? "pending"]));
}

/** The current state of a task; see {@link loadStatuses}. */
export async function status(connection: Connection, task: Task): Promise<string> {
  return (await loadStatuses(connection, [task])).get(task.task_id) ?? "pending";
}

/**
 * Whether all steps of each task are `complete` or `resolved_manually`, by its id; true for a task without steps. One query.
 */
export async function loadAllStepsComplete(
  connection: Connection,
  tasks: readonly Task[],
): Promise<Map<number, boolean>> {
  const keys = tasks.map((task) => task.task_id);
  const rows = await connection.run(selectTasksWithAllSteps, [keys, SATISFIED_STATES]);
  const whole = new Map(rows.map((row) => [row.task_id, row.whole]));
  return new Map(keys.map((key) => [key, whole.get(key) ?? true]));
}

/** Whether all steps of a task are `complete` or `resolved_manually`; true without steps. */
export async function allStepsComplete(connection: Connection, task: Task): Promise<boolean> {
  return (await loadAllStepsComplete(connection, [task])).get(task.task_id) ?? true;
}
