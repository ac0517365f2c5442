import { encodeGlobalId } from "../relay/global-id.ts";
import { objectType } from "../schema/schema-module.ts";
import type { ObjectMapSource } from "../sources.ts";

/** One thing as two systems know it. */
export const objectMapType = objectType<ObjectMapSource>({
  type: "DependentSystemObjectMap",
  sdl: `
    """Says that an object of one system and an object of another system are the same."""
    type DependentSystemObjectMap implements Node {
      id: ID!
      dependentSystemObjectMapId: ID!
      dependentSystemOneId: BigInt!
      dependentSystemTwoId: BigInt!
      remoteIdOne: String!
      remoteIdTwo: String!
      createdAt: ISO8601DateTime!
      updatedAt: ISO8601DateTime!
      dependentSystemOne: DependentSystem
      dependentSystemTwo: DependentSystem
    }`,
  fields: {
    id: ({ row }) => encodeGlobalId("DependentSystemObjectMap", row.dependent_system_object_map_id),
    dependentSystemObjectMapId: ({ row }) => row.dependent_system_object_map_id,
    dependentSystemOneId: ({ row }) => row.dependent_system_one_id,
    dependentSystemTwoId: ({ row }) => row.dependent_system_two_id,
    remoteIdOne: ({ row }) => row.remote_id_one,
    remoteIdTwo: ({ row }) => row.remote_id_two,
    createdAt: ({ row }) => row.created_at,
    updatedAt: ({ row }) => row.updated_at,
    dependentSystemOne: ({ row }, _args, { loaders }) => loaders.systems.load(row.dependent_system_one_id),
    dependentSystemTwo: ({ row }, _args, { loaders }) => loaders.systems.load(row.dependent_system_two_id),
  },
});
