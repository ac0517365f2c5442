import { z } from "zod";
import type { RowOfTable } from "../../database/query/tables.ts";
import { key } from "../attributes.ts";
import { defineModel } from "../define-model.ts";
import { TRANSITION_ATTRIBUTES, TransitionChanges } from "../transition/attributes.ts";

/** One move of a step: a row of its audit trail. */
export type WorkflowStepTransitionRow = RowOfTable<"tasker_workflow_step_transitions">;

/**
 * Create, read, change and delete transitions as they are given, for repairs and test data. To move a step use `append`,
 * which keeps the trail in order.
 */
export const { create, createIfAbsent, createMany, find, findMany, update, destroy } = defineModel({
  name: "WorkflowStepTransition",
  table: "tasker_workflow_step_transitions",
  key: "id",
  attributes: z.strictObject({ workflow_step_id: key(), ...TRANSITION_ATTRIBUTES }),
  changes: TransitionChanges,
  uniques: {
    idx_on_workflow_step_id_sort_key_4d476d7adb: ["workflow_step_id", "sort_key"],
    idx_on_workflow_step_id_most_recent_97d5374ad6: ["workflow_step_id", "most_recent"],
  },
  references: { fk_rails_6e0f6eb833: "workflow_step_id" },
});
