import type { EventName } from "../../events/catalogue/catalogue.ts";
import type { TaskerEvent } from "../../events/event.ts";
import type { JsonObject } from "../../json/json-value.ts";

/** The events that tell a change of state after a task was created. */
export const CHANGE_EVENTS: readonly EventName[] = [
  "task.start_requested",
  "task.completed",
  "task.failed",
  "task.retry_requested",
  "task.cancelled",
  "task.resolved_manually",
  "step.execution_requested",
  "step.completed",
  "step.failed",
  "step.interrupted",
  "step.postponed",
  "step.retry_requested",
  "step.cancelled",
  "step.resolved_manually",
];

/** The state that an event of {@link CHANGE_EVENTS} tells of. */
export function stateEntered({ payload }: TaskerEvent): string {
  const { to_state: state } = payload;
  return typeof state === "string" ? state : "";
}

/** What the event tells besides, as the metadata of its row would. */
export function metadataOf({ name, payload }: TaskerEvent): JsonObject {
  const isInterruption = name === "step.interrupted" || name === "step.postponed";
  return isInterruption ? { ...payload, interrupted: true, error_message: payload.reason ?? null } : payload;
}
