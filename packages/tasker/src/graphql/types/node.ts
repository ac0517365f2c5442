import type { InterfaceModule } from "../schema/schema-module.ts";

/** What `node` finds. */
export const nodeInterface: InterfaceModule = {
  interface: "Node",
  sdl: `
    """What can be found again by an id that is unique among all types."""
    interface Node {
      """For \`node\` and \`nodes\`. Not the id of the database."""
      id: ID!
    }`,
};
