import { encodeGlobalId } from "../relay/global-id.ts";
import { objectType } from "../schema/schema-module.ts";
import type { DependentSystemSource } from "../sources.ts";

/** An external system. */
export const dependentSystemType = objectType<DependentSystemSource>({
  type: "DependentSystem",
  sdl: `
    """An external system that steps talk to."""
    type DependentSystem implements Node {
      id: ID!
      dependentSystemId: ID!
      name: String!
      createdAt: ISO8601DateTime!
      updatedAt: ISO8601DateTime!
      """Things that this and another system know under ids of their own. Needs tasker.dependent_system:show."""
      objectMaps: [DependentSystemObjectMap!]!
    }`,
  subjectOf: () => ({}),
  permissions: { objectMaps: "tasker.dependent_system:show" },
  fields: {
    id: ({ row }) => encodeGlobalId("DependentSystem", row.dependent_system_id),
    dependentSystemId: ({ row }) => row.dependent_system_id,
    name: ({ row }) => row.name,
    createdAt: ({ row }) => row.created_at,
    updatedAt: ({ row }) => row.updated_at,
    objectMaps: ({ row }, _args, { loaders }) => loaders.objectMapsOfSystem.load(row.dependent_system_id),
  },
});
