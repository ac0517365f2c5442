import type { Connection } from "../../database/database.ts";
import { int8, nullable, text } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/** The step of a task with an id, or with a name. */
export const findStepStatement = statement({
  name: "reading_find_step",
  text: `
    select w.workflow_step_id from tasker_workflow_steps w
    join tasker_named_steps n on n.named_step_id = w.named_step_id
    where w.task_id = $1 and ($2::int8 is null or w.workflow_step_id = $2::int8) and ($3::text is null or n.name = $3::text)
    order by w.workflow_step_id limit 1`,
  parameters: [int8, nullable(int8), nullable(text)],
  columns: { workflow_step_id: int8 },
});

/** The id of a step of a task, by its id or its name; null if the task has no such step. */
export async function findStep(connection: Connection, taskId: number, step: number | string): Promise<number | null> {
  const [id, name] = typeof step === "number" ? [step, null] : [null, step];
  const [found] = await connection.run(findStepStatement, [taskId, id, name]);
  return found?.workflow_step_id ?? null;
}
