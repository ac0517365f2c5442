import type { Connection } from "../database.ts";
import { array, int8 } from "../sql-type.ts";
import { statement } from "../statement.ts";
import { NO_ROWS, type PrunedRows } from "./prune-report.ts";

const COUNTS = {
  tasker_tasks: int8,
  tasker_task_transitions: int8,
  tasker_task_annotations: int8,
  tasker_task_runs: int8,
  tasker_workflow_steps: int8,
  tasker_workflow_step_edges: int8,
  tasker_workflow_step_transitions: int8,
};

/**
 * Deletes tasks with everything that belongs to them. The shared foreign keys have no action; they are checked when the
 * whole statement has run, so one statement deletes parents and children in any order. Other additive tables cascade.
 * Edges are found by their parent alone: both of their steps are deleted here.
 */
export const deleteTasksStatement = statement({
  name: "retention_delete_tasks",
  text: `
    with steps as materialized (
      select coalesce(array_agg(w.workflow_step_id), '{}') as ids from tasker_workflow_steps w
      where w.task_id = any($1::int8[])
    ), step_transitions as (
      delete from tasker_workflow_step_transitions x where x.workflow_step_id = any((select ids from steps)::int8[])
      returning 1
    ), edges as (
      delete from tasker_workflow_step_edges e where e.from_step_id = any((select ids from steps)::int8[]) returning 1
    ), deleted_steps as (
      delete from tasker_workflow_steps w where w.workflow_step_id = any((select ids from steps)::int8[]) returning 1
    ), transitions as (
      delete from tasker_task_transitions x where x.task_id = any($1::int8[]) returning 1
    ), annotations as (
      delete from tasker_task_annotations n where n.task_id = any($1::int8[]) returning 1
    ), runs as (
      delete from tasker_task_runs r where r.task_id = any($1::int8[]) returning 1
    ), tasks as (
      delete from tasker_tasks k where k.task_id = any($1::int8[]) returning 1
    )
    select (select count(*) from tasks) as tasker_tasks,
      (select count(*) from transitions) as tasker_task_transitions,
      (select count(*) from annotations) as tasker_task_annotations,
      (select count(*) from runs) as tasker_task_runs,
      (select count(*) from deleted_steps) as tasker_workflow_steps,
      (select count(*) from edges) as tasker_workflow_step_edges,
      (select count(*) from step_transitions) as tasker_workflow_step_transitions`,
  parameters: [array(int8)],
  columns: COUNTS,
});

/** Counts what {@link deleteTasksStatement} would delete. */
export const countRowsStatement = statement({
  name: "retention_count_rows",
  text: `
    with steps as materialized (
      select coalesce(array_agg(w.workflow_step_id), '{}') as ids from tasker_workflow_steps w
      where w.task_id = any($1::int8[])
    )
    select (select count(*) from tasker_tasks k where k.task_id = any($1::int8[])) as tasker_tasks,
      (select count(*) from tasker_task_transitions x where x.task_id = any($1::int8[])) as tasker_task_transitions,
      (select count(*) from tasker_task_annotations n where n.task_id = any($1::int8[])) as tasker_task_annotations,
      (select count(*) from tasker_task_runs r where r.task_id = any($1::int8[])) as tasker_task_runs,
      (select cardinality(ids)::int8 from steps) as tasker_workflow_steps,
      (select count(*) from tasker_workflow_step_edges e where e.from_step_id = any((select ids from steps)::int8[]))
        as tasker_workflow_step_edges,
      (select count(*) from tasker_workflow_step_transitions x
        where x.workflow_step_id = any((select ids from steps)::int8[])) as tasker_workflow_step_transitions`,
  parameters: [array(int8)],
  columns: COUNTS,
});

/** Deletes tasks, which must be locked. */
export async function deleteTasks(transaction: Connection, taskIds: readonly number[]): Promise<PrunedRows> {
  const [rows] = taskIds.length === 0 ? [] : await transaction.run(deleteTasksStatement, [taskIds]);
  return rows ?? NO_ROWS;
}

/** Counts the rows of tasks. */
export async function countRows(connection: Connection, taskIds: readonly number[]): Promise<PrunedRows> {
  const [rows] = taskIds.length === 0 ? [] : await connection.run(countRowsStatement, [taskIds]);
  return rows ?? NO_ROWS;
}
