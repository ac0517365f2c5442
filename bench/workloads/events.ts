import { EventBus, type TaskerEvent } from "tasker";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { median } from "../statistics.ts";

const SUBSCRIBERS = 10;
const ROUNDS = 5;

/** The bus of an engine in its process: events handed to ten subscribers, each of which counts them. */
export async function measureEvents(job: Job): Promise<Finding[]> {
  const bus = new EventBus();
  const counts = new Array<number>(SUBSCRIBERS).fill(0);
  for (let place = 0; place < SUBSCRIBERS; place++) {
    bus.on("step.*", () => {
      counts[place] = (counts[place] ?? 0) + 1;
    });
  }
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    for (let taskId = 0; taskId < job.sizes.events; taskId++) bus.publish(eventOf(taskId));
    rates.push((job.sizes.events * 1_000) / (performance.now() - startedAt));
  }
  const expected = job.sizes.events * ROUNDS;
  const wrong = counts.find((count) => count !== expected);
  if (wrong !== undefined) throw new Error(`a subscriber got ${wrong} events, expected ${expected}`);
  const common = { bench: job.bench, shape: "subscribers", steps: SUBSCRIBERS };
  return [{ ...common, metric: "events_per_s", value: median(rates), unit: "1/s" }];
}

const PAYLOAD = Object.freeze({ from_state: "in_progress", to_state: "complete", attempt_number: 1 });

function eventOf(taskId: number): TaskerEvent {
  return {
    id: "step:1:20",
    name: "step.completed",
    at: 0,
    taskId,
    namespace: "default",
    taskName: "bench",
    version: "1.0.0",
    correlationId: "c",
    stepId: 1,
    stepName: "a",
    payload: PAYLOAD,
  };
}
