import type { TaskerEvent } from "../../events/event.ts";
import { objectType } from "../schema/schema-module.ts";

/** Something that happened. */
export const taskEventType = objectType<TaskerEvent>({
  type: "TaskEvent",
  sdl: `
    """Something that happened, after it was committed."""
    type TaskEvent {
      """Stable: the same by whatever way it is told."""
      eventId: String!
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
    eventId: (event) => event.id,
    name: (event) => event.name,
    at: (event) => new Date(event.at),
    taskId: (event) => event.taskId,
    namespace: (event) => event.namespace,
    taskName: (event) => event.taskName,
    version: (event) => event.version,
    correlationId: (event) => event.correlationId,
    stepId: (event) => event.stepId,
    stepName: (event) => event.stepName,
    payload: (event) => event.payload,
  },
});
