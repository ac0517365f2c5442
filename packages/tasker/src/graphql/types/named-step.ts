import { encodeGlobalId } from "../relay/global-id.ts";
import { objectType } from "../schema/schema-module.ts";
import type { NamedStepSource } from "../sources.ts";

/** A kind of step. */
export const namedStepType = objectType<NamedStepSource>({
  type: "NamedStep",
  sdl: `
    """A kind of step, of the system that it talks to."""
    type NamedStep implements Node {
      id: ID!
      namedStepId: ID!
      dependentSystemId: BigInt!
      name: String!
      description: String
      createdAt: ISO8601DateTime!
      updatedAt: ISO8601DateTime!
      dependentSystem: DependentSystem
    }`,
  fields: {
    id: ({ row }) => encodeGlobalId("NamedStep", row.named_step_id),
    namedStepId: ({ row }) => row.named_step_id,
    dependentSystemId: ({ row }) => row.dependent_system_id,
    name: ({ row }) => row.name,
    description: ({ row }) => row.description,
    createdAt: ({ row }) => row.created_at,
    updatedAt: ({ row }) => row.updated_at,
    dependentSystem: ({ row }, _args, { loaders }) => loaders.systems.load(row.dependent_system_id),
  },
});
