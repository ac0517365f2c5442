import { encodeGlobalId } from "../relay/global-id.ts";
import { objectType } from "../schema/schema-module.ts";
import type { NamedTaskSource } from "../sources.ts";

/** A template's version. */
export const namedTaskType = objectType<NamedTaskSource>({
  type: "NamedTask",
  sdl: `
    """One version of a template, as the database knows it."""
    type NamedTask implements Node {
      id: ID!
      namedTaskId: ID!
      namespace: String!
      name: String!
      version: String!
      description: String
      createdAt: ISO8601DateTime!
      updatedAt: ISO8601DateTime!
      """The kinds of its steps. Needs tasker.template:show."""
      namedTasksNamedSteps: [NamedTasksNamedStep!]!
    }`,
  subjectOf: async ({ row }, { loaders }) => {
    const namespace = await loaders.namespaceNames.load(row.task_namespace_id);
    return namespace === null ? {} : { namespace };
  },
  permissions: { namedTasksNamedSteps: "tasker.template:show" },
  fields: {
    id: ({ row }) => encodeGlobalId("NamedTask", row.named_task_id),
    namedTaskId: ({ row }) => row.named_task_id,
    namespace: ({ row }, _args, { loaders }) => loaders.namespaceNames.load(row.task_namespace_id),
    name: ({ row }) => row.name,
    version: ({ row }) => row.version,
    description: ({ row }) => row.description,
    createdAt: ({ row }) => row.created_at,
    updatedAt: ({ row }) => row.updated_at,
    namedTasksNamedSteps: ({ row }, _args, { loaders }) => loaders.linksOfNamedTask.load(row.named_task_id),
  },
});
