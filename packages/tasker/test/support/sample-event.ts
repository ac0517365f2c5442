import type { TaskerEvent } from "../../src/events/event.ts";

/** An event for tests: of step 70, `charge`, of task 7, unless said otherwise. */
export function sampleEvent(facts: Partial<TaskerEvent> = {}): TaskerEvent {
  return {
    id: "step:70:10",
    name: "step.completed",
    at: 0,
    taskId: 7,
    namespace: "shop",
    taskName: "order",
    version: "1.0.0",
    correlationId: "c-1",
    stepId: 70,
    stepName: "charge",
    payload: {},
    ...facts,
  };
}
