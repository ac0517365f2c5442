import type { EventBus } from "../events/bus/event-bus.ts";
import { creationEvent } from "../events/state-event.ts";
import type { EventSubject } from "../events/transition-facts.ts";
import type { PreparedTask } from "./prepare-task.ts";

/**
 * Tells of a task that was created, after the commit.
 * @param now when it was written
 */
export function tellSubmitted(bus: EventBus, task: PreparedTask, taskId: number, now: Date): void {
  if (!bus.hasListeners) return;
  const { request, compiled } = task;
  const { namespace, name, version } = compiled.definition;
  const subject: EventSubject = {
    taskId,
    namespace,
    taskName: name,
    version,
    correlationId: task.correlationId,
    requestedAt: task.requestedAt.getTime(),
  };
  if (bus.wants("task.initialize_requested")) {
    const { initiator, sourceSystem, reason } = request;
    bus.publish(creationEvent(subject, { initiator, sourceSystem, reason, at: now.getTime() }));
  }
  bus.tell("observability.task.enqueue", subject, () => ({
    priority: request.priority,
    run_at: (request.runAt ?? now).toISOString(),
  }));
}
