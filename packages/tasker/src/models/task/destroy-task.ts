import { int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * Deletes a task with all that belongs to it, in one statement. The run row goes first, and all else waits for it: an engine
 * that commits for the task holds that row, and locks of the others in another order would be a deadlock.
 */
export const destroyTask = statement({
  name: "destroy_task",
  text: `
    with run as (
      delete from tasker_task_runs where task_id = $1::int8 returning task_id
    ), subject as materialized (
      select $1::int8 as task_id, count(*) as runs from run
    ), steps as materialized (
      select workflow_step_id from tasker_workflow_steps where task_id = (select task_id from subject)
    ), edges as (
      delete from tasker_workflow_step_edges where id in (
        select id from steps join tasker_workflow_step_edges on from_step_id = workflow_step_id
        union all
        select id from steps join tasker_workflow_step_edges on to_step_id = workflow_step_id)
    ), step_transitions as (
      delete from tasker_workflow_step_transitions where workflow_step_id in (select workflow_step_id from steps)
    ), deleted_steps as (
      delete from tasker_workflow_steps where task_id = (select task_id from subject)
    ), annotations as (
      delete from tasker_task_annotations where task_id = (select task_id from subject)
    ), transitions as (
      delete from tasker_task_transitions where task_id = (select task_id from subject)
    )
    delete from tasker_tasks where task_id = (select task_id from subject) returning task_id`,
  parameters: [int8],
  columns: { task_id: int8 },
});
