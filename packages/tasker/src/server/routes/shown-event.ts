import type { TaskerEvent } from "../../events/event.ts";

/** An event as it is answered. */
export function shownEvent(event: TaskerEvent) {
  const { id, name, at, taskId, namespace, taskName, version, correlationId, stepId, stepName, payload } = event;
  return {
    ...{ id, name, namespace, version, payload },
    occurred_at: new Date(at),
    task_id: taskId,
    task_name: taskName,
    correlation_id: correlationId,
    step_id: stepId,
    step_name: stepName,
  };
}
