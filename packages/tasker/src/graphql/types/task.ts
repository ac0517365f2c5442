import { encodeGlobalId } from "../relay/global-id.ts";
import { objectType } from "../schema/schema-module.ts";
import type { TaskSource } from "../sources.ts";

/** A task. */
export const taskType = objectType<TaskSource>({
  type: "Task",
  sdl: `
    """One run of a template."""
    type Task implements TaskInterface & Node {
      id: ID!
      taskId: ID!
      namespace: String!
      name: String!
      version: String!
      """pending, in_progress, complete, error, cancelled or resolved_manually."""
      status: String!
      complete: Boolean!
      namedTaskId: BigInt!
      requestedAt: ISO8601DateTime!
      initiator: String
      sourceSystem: String
      """Why the task was requested."""
      reason: String
      """A list of texts."""
      tags: JSON
      """Names of steps that the task goes on without."""
      bypassSteps: JSON
      """The input of the task. What its template hides is hidden here."""
      context: JSON
      identityHash: String!
      createdAt: ISO8601DateTime!
      updatedAt: ISO8601DateTime!
      namedTask: NamedTask
      """Its steps in the order of their ids, from the first one on: all, or so many. Needs tasker.workflow_step:index."""
      workflowSteps(limit: Int): [WorkflowStep!]!
      """Its steps, page by page. Needs tasker.workflow_step:index."""
      workflowStepsConnection(first: Int = 20, after: String): WorkflowStepConnection!
      """Needs tasker.annotation:index."""
      taskAnnotations: [TaskAnnotation!]!
    }`,
  subjectOf: ({ subject }) => subject,
  permissions: {
    workflowSteps: "tasker.workflow_step:index",
    workflowStepsConnection: "tasker.workflow_step:index",
    taskAnnotations: "tasker.annotation:index",
  },
  fields: {
    id: ({ row }) => encodeGlobalId("Task", row.task_id),
    taskId: ({ row }) => row.task_id,
    namespace: ({ subject }) => subject.namespace,
    name: async ({ row }, _args, { loaders }) => (await loaders.namedTasks.load(row.named_task_id))?.row.name,
    version: async ({ row }, _args, { loaders }) => (await loaders.namedTasks.load(row.named_task_id))?.row.version,
    status: ({ row }, _args, { loaders }) => loaders.taskStates.load(row.task_id),
    complete: ({ row }) => row.complete,
    namedTaskId: ({ row }) => row.named_task_id,
    requestedAt: ({ row }) => row.requested_at,
    initiator: ({ row }) => row.initiator,
    sourceSystem: ({ row }) => row.source_system,
    reason: ({ row }) => row.reason,
    tags: ({ row }) => row.tags,
    bypassSteps: ({ row }) => row.bypass_steps,
    context: (task, _args, { values }) => values.contextOf(task),
    identityHash: ({ row }) => row.identity_hash,
    createdAt: ({ row }) => row.created_at,
    updatedAt: ({ row }) => row.updated_at,
    namedTask: ({ row }, _args, { loaders }) => loaders.namedTasks.load(row.named_task_id),
    workflowSteps: ({ row }, { limit }: { readonly limit?: number | null }, { pages }) =>
      pages.steps(row.task_id, limit ?? null),
    workflowStepsConnection: ({ row }, args: { readonly first: number; readonly after?: string | null }, { pages }) =>
      pages.stepsConnection(row.task_id, args),
    taskAnnotations: ({ row }, _args, { loaders }) => loaders.annotationsOfTask.load(row.task_id),
  },
});
