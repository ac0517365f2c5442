import type { TaskerEvent } from "../../src/events/event.ts";

/** An event of step `charge` of task 7. */
export function sampleEvent(name: string, settings: Partial<TaskerEvent> = {}): TaskerEvent {
  return {
    id: `step:3:${name}`,
    name,
    at: Date.UTC(2026, 0, 1),
    taskId: 7,
    namespace: "shop",
    taskName: "order",
    version: "1.0.0",
    correlationId: "cor-1",
    stepId: 3,
    stepName: "charge",
    payload: {},
    ...settings,
  };
}
