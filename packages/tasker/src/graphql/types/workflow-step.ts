import { encodeGlobalId } from "../relay/global-id.ts";
import { objectType } from "../schema/schema-module.ts";
import type { StepSource } from "../sources.ts";

/** A step. */
export const workflowStepType = objectType<StepSource>({
  type: "WorkflowStep",
  sdl: `
    """One node of the graph of a task."""
    type WorkflowStep implements Node {
      id: ID!
      workflowStepId: ID!
      taskId: BigInt!
      namedStepId: BigInt!
      name: String!
      """pending, in_progress, complete, error, cancelled or resolved_manually."""
      status: String!
      """False from a failure on that another attempt would not mend."""
      retryable: Boolean!
      """Most attempts."""
      retryLimit: Int
      inProcess: Boolean!
      processed: Boolean!
      processedAt: ISO8601DateTime
      attempts: Int
      lastAttemptedAt: ISO8601DateTime
      """Whole seconds of the wait under way before the next attempt."""
      backoffRequestSeconds: Int
      """Inputs of its own. What the template hides is hidden here."""
      inputs: JSON
      """What it came to, or its error. What the template hides is hidden here."""
      results: JSON
      createdAt: ISO8601DateTime!
      updatedAt: ISO8601DateTime!
      skippable: Boolean!
      """Needs tasker.task:show."""
      task: TaskInterface
      namedStep: NamedStep
      """The steps that wait for this one, in the order of their ids."""
      children: [WorkflowStep!]
      """The steps that this one waits for, in the order of their ids."""
      parents: [WorkflowStep!]
      parentStepIds: [ID!]!
      childStepIds: [ID!]!
      isRootStep: Boolean!
      isLeafStep: Boolean!
      parentCount: Int!
      childCount: Int!
    }`,
  subjectOf: async ({ row }, { loaders }) => {
    const task = await loaders.tasks.load(row.task_id);
    return { ...task?.subject, stepId: row.workflow_step_id };
  },
  permissions: {
    task: "tasker.task:show",
    children: "tasker.workflow_step:index",
    parents: "tasker.workflow_step:index",
  },
  fields: {
    id: ({ row }) => encodeGlobalId("WorkflowStep", row.workflow_step_id),
    workflowStepId: ({ row }) => row.workflow_step_id,
    taskId: ({ row }) => row.task_id,
    namedStepId: ({ row }) => row.named_step_id,
    name: async ({ row }, _args, { loaders }) => (await loaders.namedSteps.load(row.named_step_id))?.row.name,
    status: ({ row }, _args, { loaders }) => loaders.stepStates.load(row.workflow_step_id),
    retryable: ({ row }) => row.retryable,
    retryLimit: ({ row }) => row.retry_limit,
    inProcess: ({ row }) => row.in_process,
    processed: ({ row }) => row.processed,
    processedAt: ({ row }) => row.processed_at,
    attempts: ({ row }) => row.attempts,
    lastAttemptedAt: ({ row }) => row.last_attempted_at,
    backoffRequestSeconds: ({ row }) => row.backoff_request_seconds,
    inputs: (step, _args, { values }) => values.inputsOf(step),
    results: (step, _args, { values }) => values.resultsOf(step),
    createdAt: ({ row }) => row.created_at,
    updatedAt: ({ row }) => row.updated_at,
    skippable: ({ row }) => row.skippable,
    task: ({ row }, _args, { loaders }) => loaders.tasks.load(row.task_id),
    namedStep: ({ row }, _args, { loaders }) => loaders.namedSteps.load(row.named_step_id),
    children: async ({ row }, _args, { loaders, pages }) =>
      pages.stepsOf(await loaders.childIds.load(row.workflow_step_id)),
    parents: async ({ row }, _args, { loaders, pages }) =>
      pages.stepsOf(await loaders.parentIds.load(row.workflow_step_id)),
    parentStepIds: ({ row }, _args, { loaders }) => loaders.parentIds.load(row.workflow_step_id),
    childStepIds: ({ row }, _args, { loaders }) => loaders.childIds.load(row.workflow_step_id),
    isRootStep: async ({ row }, _args, { loaders }) =>
      (await loaders.parentIds.load(row.workflow_step_id)).length === 0,
    isLeafStep: async ({ row }, _args, { loaders }) => (await loaders.childIds.load(row.workflow_step_id)).length === 0,
    parentCount: async ({ row }, _args, { loaders }) => (await loaders.parentIds.load(row.workflow_step_id)).length,
    childCount: async ({ row }, _args, { loaders }) => (await loaders.childIds.load(row.workflow_step_id)).length,
  },
});
