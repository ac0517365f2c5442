import { pageSize } from "../relay/connection.ts";
import { rootField } from "../schema/root-field.ts";
import { findNode } from "./find-node.ts";

/** One thing of any type. */
export const nodeField = rootField<{ readonly id: string }>({
  name: "node",
  permission: null,
  sdl: `
    """What an id of any type means; null if there is no such thing that may be seen. Needs what showing that type needs."""
    node(id: ID!): Node`,
  resolve: ({ id }, context) => findNode(id, context),
});

/** Several things of any types. */
export const nodesField = rootField<{ readonly ids: readonly string[] }>({
  name: "nodes",
  permission: null,
  sdl: `
    """What ids mean, in their order."""
    nodes(ids: [ID!]!): [Node]!`,
  resolve: ({ ids }, context) => {
    if (ids.length > 0) pageSize("the number of ids", ids.length, context.limits.maxPageSize);
    return ids.map((id) => findNode(id, context));
  },
});
