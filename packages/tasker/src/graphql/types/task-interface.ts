import type { InterfaceModule } from "../schema/schema-module.ts";

/** What a step or an annotation tells of its task. */
export const taskInterface: InterfaceModule = {
  interface: "TaskInterface",
  sdl: `
    """What a step or an annotation tells of its task."""
    interface TaskInterface {
      taskId: ID!
      """pending, in_progress, complete, error, cancelled or resolved_manually."""
      status: String!
      """Why the task was requested."""
      reason: String
      """A list of texts."""
      tags: JSON
      createdAt: ISO8601DateTime!
      updatedAt: ISO8601DateTime!
    }`,
};
