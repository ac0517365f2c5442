import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { integer, key } from "../attributes.ts";
import { defineModel } from "../define-model.ts";
import * as FindOrCreate from "../find-or-create.ts";
import type { NamedStepRow } from "../named-step/record.ts";
import type { NamedTaskRow } from "../named-task/record.ts";
import type { Scope } from "../scope.ts";

/** A named step that belongs to a named task, with what its steps are retried by. */
export type NamedTasksNamedStepRow = RowOfTable<"tasker_named_tasks_named_steps">;

const flag = z.boolean({ error: "true or false" });
const Keys = { named_task_id: key("int4"), named_step_id: key("int4") };
const Options = z.strictObject({
  skippable: flag.default(false),
  default_retryable: flag.default(true),
  default_retry_limit: integer().default(3),
});
const Changes = z
  .strictObject({ ...Keys, skippable: flag, default_retryable: flag, default_retry_limit: integer() })
  .partial();

/** Create, read, change and delete the links between named tasks and named steps. */
export const { create, createIfAbsent, createMany, find, findMany, update, destroy } = defineModel({
  name: "NamedTasksNamedStep",
  table: "tasker_named_tasks_named_steps",
  key: "id",
  attributes: Options.extend(Keys),
  changes: Changes,
  uniques: { named_tasks_steps_ids_unique: ["named_task_id", "named_step_id"] },
  references: {
    named_tasks_named_steps_named_task_id_foreign: "named_task_id",
    named_tasks_named_steps_named_step_id_foreign: "named_step_id",
  },
});

/** What a new link says; by default `skippable` is false, `default_retryable` true and `default_retry_limit` 3. */
export type LinkOptions = z.input<typeof Options>;

/** The links of the named task with this id. Load both ends with `loadNamedTasks` and `loadNamedSteps`. */
export function namedStepsForNamedTask(namedTaskId: number): Scope<"tasker_named_tasks_named_steps"> {
  return (eb) => eb("tasker_named_tasks_named_steps.named_task_id", "=", namedTaskId);
}

/**
 * The link between a named task and a named step; made with the options if it is not there yet. One that is there is left
 * as it is. Of the task only `named_task_id` is read, so a row of `tasker_tasks` does as well.
 * @throws InvalidRecordError
 */
export function findOrCreate(
  connection: Connection,
  { named_task_id }: Pick<NamedTaskRow, "named_task_id">,
  { named_step_id }: Pick<NamedStepRow, "named_step_id">,
  options: LinkOptions = {},
  at?: Date,
): Promise<NamedTasksNamedStepRow> {
  const pair = { named_task_id, named_step_id };
  const find = queryBuilder(connection)
    .selectFrom("tasker_named_tasks_named_steps")
    .selectAll()
    .where((eb) => eb.and(pair))
    .orderBy("id")
    .limit(1);
  return FindOrCreate.findOrCreate(
    () => find.executeTakeFirst(),
    () => createIfAbsent(connection, { ...options, ...pair }, at),
  );
}
