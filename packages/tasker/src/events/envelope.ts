import type { JsonObject } from "../json/json-value.ts";
import type { TaskerEvent } from "./event.ts";
import type { EventSubject } from "./transition-facts.ts";

/** An event about a task or a step: what says whose it is, around a payload, which is frozen. */
export function envelope(
  subject: EventSubject,
  id: string,
  name: string,
  at: number,
  payload: JsonObject,
): TaskerEvent {
  const { taskId, namespace, taskName, version, correlationId, step } = subject;
  return {
    id,
    name,
    at,
    taskId,
    namespace,
    taskName,
    version,
    correlationId,
    stepId: step?.stepId ?? null,
    stepName: step?.name ?? null,
    payload: Object.freeze(payload),
  };
}
