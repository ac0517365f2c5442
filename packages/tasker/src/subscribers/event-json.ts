import type { TaskerEvent } from "../events/event.ts";
import type { JsonObject } from "../json/json-value.ts";

/** An event as it is told outside of this process. */
export function eventToJson(event: TaskerEvent): JsonObject {
  const { id, name, at, taskId, namespace, taskName, version, correlationId, stepId, stepName, payload } = event;
  return {
    id,
    name,
    occurred_at: new Date(at).toISOString(),
    task_id: taskId,
    namespace,
    task_name: taskName,
    version,
    correlation_id: correlationId,
    step_id: stepId,
    step_name: stepName,
    payload,
  };
}
