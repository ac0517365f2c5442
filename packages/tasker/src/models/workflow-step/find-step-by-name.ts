import type { Connection } from "../../database/database.ts";
import { TABLES } from "../../database/query/tables.ts";
import { array, int8, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { runUnprepared } from "../run-unprepared.ts";
import type { WorkflowStepRow } from "./record.ts";

/** Reads all steps of tasks with their names, in the order of the tasks and of their ids. */
export const namedStepsOfTasks = statement({
  name: "named_steps_of_tasks",
  text: `
    select n.name, w.* from tasker_workflow_steps w
    join tasker_named_steps n on n.named_step_id = w.named_step_id
    where w.task_id = any($1) order by array_position($1, w.task_id), w.workflow_step_id`,
  parameters: [array(int8)],
  columns: { name: varchar, ...TABLES.tasker_workflow_steps.columns },
});

/**
 * The steps that names mean: the first of `steps` with the name, otherwise the first of their tasks, in the order of
 * `steps`. One query.
 */
export async function loadStepsByName(
  connection: Connection,
  steps: readonly WorkflowStepRow[],
): Promise<Map<string, WorkflowStepRow>> {
  const tasks = [...new Set(steps.map((step) => step.task_id))];
  if (tasks.length === 0) return new Map();
  const all = await runUnprepared(connection, namedStepsOfTasks, [tasks]);
  const nameOf = new Map(all.map((step) => [step.workflow_step_id, step.name]));
  const byName = new Map<string, WorkflowStepRow>();
  const note = (name: string | undefined, step: WorkflowStepRow) => {
    if (name !== undefined && !byName.has(name)) byName.set(name, step);
  };
  for (const step of steps) note(nameOf.get(step.workflow_step_id), step);
  for (const { name, ...step } of all) note(name, step);
  return byName;
}

/**
 * The step of this name: the first of `steps`, otherwise the first of the other steps of their tasks. Undefined if there
 * is none, without steps and without a name.
 */
export async function findStepByName(
  connection: Connection,
  steps: readonly WorkflowStepRow[],
  name: string | null,
): Promise<WorkflowStepRow | undefined> {
  return name === null ? undefined : (await loadStepsByName(connection, steps)).get(name);
}
