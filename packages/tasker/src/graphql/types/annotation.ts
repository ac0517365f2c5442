import { encodeGlobalId } from "../relay/global-id.ts";
import { objectType } from "../schema/schema-module.ts";
import type { AnnotationTypeSource } from "../sources.ts";

/** A type of annotations. */
export const annotationType = objectType<AnnotationTypeSource>({
  type: "Annotation",
  sdl: `
    """A type of annotations."""
    type Annotation implements Node {
      id: ID!
      annotationTypeId: ID!
      name: String!
      description: String
      createdAt: ISO8601DateTime!
      updatedAt: ISO8601DateTime!
    }`,
  fields: {
    id: ({ row }) => encodeGlobalId("Annotation", row.annotation_type_id),
    annotationTypeId: ({ row }) => row.annotation_type_id,
    name: ({ row }) => row.name,
    description: ({ row }) => row.description,
    createdAt: ({ row }) => row.created_at,
    updatedAt: ({ row }) => row.updated_at,
  },
});
