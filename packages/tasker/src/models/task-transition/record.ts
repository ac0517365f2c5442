import { z } from "zod";
import type { RowOfTable } from "../../database/query/tables.ts";
import { key } from "../attributes.ts";
import { defineModel } from "../define-model.ts";
import { TRANSITION_ATTRIBUTES, TransitionChanges } from "../transition/attributes.ts";

/** One move of a task: a row of its audit trail. */
export type TaskTransitionRow = RowOfTable<"tasker_task_transitions">;

/**
 * Create, read, change and delete transitions as they are given, for repairs and test data. To move a task use `append`,
 * which keeps the trail in order.
 */
export const { create, createIfAbsent, createMany, find, findMany, update, destroy } = defineModel({
  name: "TaskTransition",
  table: "tasker_task_transitions",
  key: "id",
  attributes: z.strictObject({ task_id: key(), ...TRANSITION_ATTRIBUTES }),
  changes: TransitionChanges,
  uniques: {
    index_tasker_task_transitions_on_task_id_and_sort_key: ["task_id", "sort_key"],
    index_tasker_task_transitions_on_task_id_and_most_recent: ["task_id", "most_recent"],
  },
  references: { fk_rails_e8caec803c: "task_id" },
});
