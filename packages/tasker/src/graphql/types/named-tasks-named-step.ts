import { objectType } from "../schema/schema-module.ts";
import type { NamedTasksNamedStepSource } from "../sources.ts";

/** A link between a template's version and a kind of step. */
export const namedTasksNamedStepType = objectType<NamedTasksNamedStepSource>({
  type: "NamedTasksNamedStep",
  sdl: `
    """A kind of step that belongs to a template, with what its steps are retried by."""
    type NamedTasksNamedStep {
      """The id of the row: not one for \`node\`."""
      id: ID!
      namedTaskId: BigInt!
      namedStepId: BigInt!
      skippable: Boolean!
      defaultRetryable: Boolean!
      defaultRetryLimit: Int!
      createdAt: ISO8601DateTime!
      updatedAt: ISO8601DateTime!
      namedTask: NamedTask
      namedStep: NamedStep
    }`,
  fields: {
    id: ({ row }) => row.id,
    namedTaskId: ({ row }) => row.named_task_id,
    namedStepId: ({ row }) => row.named_step_id,
    skippable: ({ row }) => row.skippable,
    defaultRetryable: ({ row }) => row.default_retryable,
    defaultRetryLimit: ({ row }) => row.default_retry_limit,
    createdAt: ({ row }) => row.created_at,
    updatedAt: ({ row }) => row.updated_at,
    namedTask: ({ row }, _args, { loaders }) => loaders.namedTasks.load(row.named_task_id),
    namedStep: ({ row }, _args, { loaders }) => loaders.namedSteps.load(row.named_step_id),
  },
});
