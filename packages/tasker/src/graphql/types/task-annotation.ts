import { encodeGlobalId } from "../relay/global-id.ts";
import { objectType } from "../schema/schema-module.ts";
import type { TaskAnnotationSource } from "../sources.ts";

/** An annotation. */
export const taskAnnotationType = objectType<TaskAnnotationSource>({
  type: "TaskAnnotation",
  sdl: `
    """A JSON value that somebody attached to a task, under a type."""
    type TaskAnnotation implements Node {
      id: ID!
      taskAnnotationId: ID!
      taskId: BigInt!
      annotationTypeId: BigInt!
      annotation: JSON
      createdAt: ISO8601DateTime!
      updatedAt: ISO8601DateTime!
      """Needs tasker.task:show."""
      task: TaskInterface
      annotationType: Annotation
    }`,
  subjectOf: async ({ row }, { loaders }) => (await loaders.tasks.load(row.task_id))?.subject ?? {},
  permissions: { task: "tasker.task:show" },
  fields: {
    id: ({ row }) => encodeGlobalId("TaskAnnotation", row.task_annotation_id),
    taskAnnotationId: ({ row }) => row.task_annotation_id,
    taskId: ({ row }) => row.task_id,
    annotationTypeId: ({ row }) => row.annotation_type_id,
    annotation: ({ row }) => row.annotation,
    createdAt: ({ row }) => row.created_at,
    updatedAt: ({ row }) => row.updated_at,
    task: ({ row }, _args, { loaders }) => loaders.tasks.load(row.task_id),
    annotationType: ({ row }, _args, { loaders }) => loaders.annotationTypes.load(row.annotation_type_id),
  },
});
