import { createTaskField } from "./create-task.ts";
import { rerunFields } from "./rerun-actions.ts";
import { signalTaskField } from "./signal-task.ts";
import { stepActionFields } from "./step-actions.ts";
import { taskActionFields } from "./task-actions.ts";
import { updateTaskField } from "./update-task.ts";

/** The fields of `Mutation`. */
export const MUTATION_FIELDS = [
  createTaskField,
  updateTaskField,
  ...taskActionFields,
  ...rerunFields,
  signalTaskField,
  ...stepActionFields,
];
