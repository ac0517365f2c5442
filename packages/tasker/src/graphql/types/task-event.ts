import type { LiveEvent } from "../../live/live-message.ts";
import { objectType } from "../schema/schema-module.ts";

/** Something that happened. */
export const taskEventType = objectType<LiveEvent>({
  type: "TaskEvent",
  sdl: `
    """Something that happened, after it was committed."""
    type TaskEvent {
      """Stable: the same by whatever way it is told."""
      eventId: String!
      """Where a client is that was told this event: given as after, what comes after it is told."""
      position: String!
      name: String!
      at: ISO8601DateTime!
      taskId: BigInt
      namespace: String
      taskName: String
      version: String
      correlationId: String
      """Null for events of the task itself."""
      stepId: BigInt
      stepName: String
      """What the event tells, with keys in snake_case."""
      payload: JSON!
    }`,
  fields: {
    eventId: ({ event }) => event.id,
    position: ({ position }) => position,
    name: ({ event }) => event.name,
    at: ({ event }) => new Date(event.at),
    taskId: ({ event }) => event.taskId,
    namespace: ({ event }) => event.namespace,
    taskName: ({ event }) => event.taskName,
    version: ({ event }) => event.version,
    correlationId: ({ event }) => event.correlationId,
    stepId: ({ event }) => event.stepId,
    stepName: ({ event }) => event.stepName,
    payload: ({ event }) => event.payload,
  },
});
