import type { Connection } from "../database/database.ts";
import { array, int8, json, nullable } from "../database/sql-type.ts";
import { type ParametersOf, statement } from "../database/statement.ts";
import type { AddedSteps } from "./added-steps.ts";
import type { TaskEntry } from "./batch.ts";
import { BATCH_PARAMETERS, placeholders } from "./encode-batch.ts";
import { storedText } from "./protection/task-seal.ts";

/** Writes a batch that adds steps to tasks; gives the refused tasks, and in a row of its own the ids of the new steps. */
export const commitAddingStatement = statement({
  name: "commit_adding",
  text: `select refused_task_id, added_step_ids from tasker_commit_adding(${placeholders(BATCH_PARAMETERS.length + 4)})`,
  parameters: [...BATCH_PARAMETERS, array(int8), json, array(int8), array(int8)],
  columns: { refused_task_id: nullable(int8), added_step_ids: nullable(array(int8)) },
});

/** A task of a batch that gets steps. */
type GrowingTask = TaskEntry & { readonly added: AddedSteps };

/** Whether a task gets steps. */
export function isGrowing(task: TaskEntry): task is GrowingTask {
  return task.added !== null;
}

/**
 * Writes a batch of which some tasks get steps. Tells what was added its ids.
 * @returns ids of the tasks of which something was refused: they get no steps
 */
export async function commitAdding(
  connection: Connection,
  batch: ParametersOf<typeof BATCH_PARAMETERS>,
  tasks: readonly GrowingTask[],
): Promise<number[]> {
  const steps: string[] = [];
  const from: number[] = [];
  const to: number[] = [];
  for (const [place, { run, added }] of tasks.entries()) {
    const before = steps.length;
    // The new steps of all tasks are numbered together.
    const idAt = (index: number) => {
      const newPlace = added.placeOf(index);
      return newPlace === -1 ? (run.steps[index]?.stepId ?? 0) : -(before + newPlace + 1);
    };
    for (const index of added.from) from.push(idAt(index));
    for (const index of added.to) to.push(idAt(index));
    for (const { name, like, retryable, retryLimit, skippable, inputs } of added.steps) {
      const fields = JSON.stringify({
        g: place + 1,
        n: name,
        b: like.stepId,
        y: retryable,
        l: retryLimit,
        k: skippable,
      });
      steps.push(
        inputs === null ? fields : `${fields.slice(0, -1)},"v":${storedText(inputs, run.seal, "inputs", name)}}`,
      );
    }
  }
  const taskIds = tasks.map(({ run }) => run.taskId);
  const rows = await connection.run(commitAddingStatement, [...batch, taskIds, `[${steps.join(",")}]`, from, to]);
  const ids = rows.find((row) => row.added_step_ids !== null)?.added_step_ids ?? [];
  let place = 0;
  for (const { added } of tasks) {
    added.stepIds = ids.slice(place, place + added.steps.length);
    place += added.steps.length;
  }
  return rows.flatMap((row) => (row.refused_task_id === null ? [] : [row.refused_task_id]));
}
