import type { Connection } from "../../database/database.ts";
import { TABLES } from "../../database/query/tables.ts";
import { array, int8, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { loadChildren } from "../load-children.ts";
import { loadRecords } from "../load-records.ts";
import { runUnprepared } from "../run-unprepared.ts";
import type { WorkflowStepTransitionRow } from "./record.ts";

type OfStep = Pick<WorkflowStepTransitionRow, "workflow_step_id">;

const stepIdsOf = (rows: readonly OfStep[]) => [...new Set(rows.map((row) => row.workflow_step_id))];

/** Everything that happened to a step, in order. */
export async function history(connection: Connection, stepId: number): Promise<WorkflowStepTransitionRow[]> {
  return (await loadHistories(connection, [stepId])).get(stepId) ?? [];
}

/** Everything that happened to each of these steps, in order, by their ids; one query. */
export function loadHistories(connection: Connection, stepIds: Iterable<number>) {
  return loadChildren(connection, "tasker_workflow_step_transitions", "workflow_step_id", stepIds, "sort_key");
}

/** The steps of these transitions, by their ids; one query. */
export function loadWorkflowSteps(connection: Connection, rows: readonly OfStep[]) {
  return loadRecords(connection, "tasker_workflow_steps", "workflow_step_id", stepIdsOf(rows));
}

/** Reads the names of steps. */
export const namesOfSteps = statement({
  name: "names_of_steps",
  text: `
    select w.workflow_step_id, n.name from tasker_workflow_steps w
    join tasker_named_steps n on n.named_step_id = w.named_step_id where w.workflow_step_id = any($1)`,
  parameters: [array(int8)],
  columns: { workflow_step_id: int8, name: varchar },
});

/** The names of the steps of these transitions (`step_name`), by the ids of the steps; one query. */
export async function loadStepNames(connection: Connection, rows: readonly OfStep[]): Promise<Map<number, string>> {
  const found = await runUnprepared(connection, namesOfSteps, [stepIdsOf(rows)]);
  return new Map(found.map(({ workflow_step_id, name }) => [workflow_step_id, name]));
}

/** Reads the tasks of steps. */
export const tasksOfSteps = statement({
  name: "tasks_of_steps",
  text: `
    select w.workflow_step_id, k.* from tasker_workflow_steps w join tasker_tasks k on k.task_id = w.task_id
    where w.workflow_step_id = any($1)`,
  parameters: [array(int8)],
  columns: { workflow_step_id: int8, ...TABLES.tasker_tasks.columns },
});

/** The tasks of these transitions, by the ids of their steps; one query. */
export async function loadTasks(connection: Connection, rows: readonly OfStep[]) {
  const found = await runUnprepared(connection, tasksOfSteps, [stepIdsOf(rows)]);
  return new Map(found.map(({ workflow_step_id, ...task }) => [workflow_step_id, task]));
}
