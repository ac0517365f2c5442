import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { document, integer, key, moment } from "../attributes.ts";
import { checkAt } from "../check-at.ts";
import { defineModel } from "../define-model.ts";
import { inTransaction } from "../in-transaction.ts";
import { raiseRevision } from "../raise-revision.ts";
import { validate } from "../validate.ts";
import { lockEdges } from "../workflow-step-edge/cycle-check.ts";
import { lockSteps, refuseRepeatedSteps } from "./uniqueness.ts";

/** One node of a task's graph. */
export type WorkflowStepRow = RowOfTable<"tasker_workflow_steps">;

const MODEL = "WorkflowStep";
const flag = z.boolean({ error: "true or false" });

const columns = {
  named_step_id: key(),
  retryable: flag,
  retry_limit: integer().nullable(),
  in_process: flag,
  processed: flag,
  processed_at: moment().nullish(),
  attempts: integer().nullish(),
  last_attempted_at: moment().nullish(),
  backoff_request_seconds: integer().nullish(),
  inputs: document("inputs").optional(),
  results: document("results").optional(),
  skippable: flag,
};

const Attributes = z.strictObject({
  task_id: key(),
  ...columns,
  retryable: flag.default(true),
  retry_limit: integer().nullable().default(3),
  in_process: flag.default(false),
  processed: flag.default(false),
  skippable: flag.default(false),
});
const Changes = z.strictObject(columns).partial();

/** What a new step takes. */
export type NewWorkflowStep = z.input<typeof Attributes>;

const records = defineModel({
  name: MODEL,
  table: "tasker_workflow_steps",
  key: "workflow_step_id",
  attributes: Attributes,
  changes: Changes,
  uniques: {},
  references: {
    workflow_steps_task_id_foreign: "task_id",
    workflow_steps_named_step_id_foreign: "named_step_id",
  },
});

/** Reading steps. */
export const { find, findMany } = records;

/**
 * Adds a step to a task. It has no transition and so is `pending`. Of a step type, and of a name, a task has one step:
 * this is kept also where several add steps at the same moment.
 * @throws RecordConflictError, InvalidRecordError
 */
export async function create(connection: Connection, input: NewWorkflowStep, at?: Date): Promise<WorkflowStepRow> {
  const [row] = await createMany(connection, [input], at);
  if (row === undefined) throw new RangeError("a step that was written gave no row");
  return row;
}

/** As `create`, for any number of steps of any tasks, with one check of all of them. They come back in the order of `inputs`. */
export async function createMany(
  connection: Connection,
  inputs: readonly NewWorkflowStep[],
  at: Date = new Date(),
): Promise<WorkflowStepRow[]> {
  const steps = inputs.map((input) => validate(MODEL, Attributes, input));
  if (steps.length === 0) return [];
  checkAt(MODEL, at);
  return inTransaction(connection, async (transaction) => {
    await lockSteps(
      transaction,
      steps.map((step) => step.task_id),
    );
    await refuseRepeatedSteps(transaction, steps);
    return records.createMany(transaction, inputs, at);
  });
}

/** Changes a step. Its state is changed by a transition instead. @throws RecordConflictError, InvalidRecordError, RecordNotFoundError */
export async function update(
  connection: Connection,
  id: number,
  changes: z.input<typeof Changes>,
  at: Date = new Date(),
): Promise<WorkflowStepRow> {
  const { named_step_id: namedStepId } = validate(MODEL, Changes, changes);
  checkAt(MODEL, at);
  return inTransaction(connection, async (transaction) => {
    const { task_id } = await find(transaction, id);
    if (namedStepId === undefined) {
      await raiseRevision(transaction, [task_id]);
    } else {
      await lockSteps(transaction, [task_id]);
      await refuseRepeatedSteps(transaction, [{ task_id, named_step_id: namedStepId }], id);
    }
    return records.update(transaction, id, changes, at);
  });
}

/** Deletes a step with its edges and transitions. */
export const destroyStep = statement({
  name: "destroy_step",
  text: `
    with transitions as (
      delete from tasker_workflow_step_transitions where workflow_step_id = $1
    ), edges as (
      delete from tasker_workflow_step_edges where from_step_id = $1 or to_step_id = $1
    )
    delete from tasker_workflow_steps where workflow_step_id = $1`,
  parameters: [int8],
  columns: {},
});

/** Deletes a step, the edges from and to it, and its transitions. @throws RecordNotFoundError */
export function destroy(connection: Connection, id: number): Promise<void> {
  return inTransaction(connection, async (transaction) => {
    await transaction.run(lockEdges, []);
    await raiseRevision(transaction, [(await find(transaction, id)).task_id]);
    await transaction.run(destroyStep, [id]);
  });
}
