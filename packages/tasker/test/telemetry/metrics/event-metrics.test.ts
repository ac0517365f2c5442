import { describe, expect, test } from "vitest";
import { EventRouter } from "../../../src/event-routing/event-router.ts";
import { EventBus } from "../../../src/events/bus/event-bus.ts";
import { createLog, EventMetrics, logEvents, Metrics } from "../../../src/telemetry/index.ts";
import { sampleEvent } from "../../subscribers/sample-event.ts";

const labels = 'namespace="shop",task_name="order"';

describe("the subscriber that counts", () => {
  test("counts the events of a bus, and those that the event log hands it", async () => {
    const metrics = new Metrics();
    const counting = new EventMetrics(metrics);
    const bus = new EventBus();
    const end = counting.subscribeTo(bus);
    bus.publish(sampleEvent("step.completed"));
    const { name, handle } = counting.durable();
    expect(name).toBe("EventMetrics");
    const delivery = { subscriber: name, attempt: 1, signal: new AbortController().signal, transaction: null };
    await handle?.(sampleEvent("step.completed"), delivery);
    end();
    bus.publish(sampleEvent("step.completed"));
    expect(await metrics.text()).toContain(`tasker_step_completed_total{${labels},step_name="charge"} 2`);
  });

  test("is there once for the metrics of a process", () => {
    const metrics = new Metrics();
    new EventMetrics(metrics);
    expect(() => new EventMetrics(metrics)).toThrow("the metric tasker_task_started_total cannot be registered");
  });
});

describe("a router", () => {
  test("keeps what is mapped to metrics out of traces and logs, and the other way round", async () => {
    const router = new EventRouter({
      "step.completed": ["metrics"],
      "order.placed": ["metrics"],
      "step.failed": ["logs"],
      "step.cancelled": null,
    });
    const names = ["step.completed", "order.placed", "order.paid", "step.failed", "step.cancelled", "step.skipped"];
    const bus = new EventBus();
    const metrics = new Metrics();
    new EventMetrics(metrics, { router }).subscribeTo(bus);
    const lines: string[] = [];
    const log = createLog({}, { destination: { write: (line: string) => void lines.push(line) } });
    logEvents(log, bus, { router });
    for (const name of names) bus.publish(sampleEvent(name));

    const text = await metrics.text();
    const counted = text.match(/^tasker_(?!metric_)\w+_total\{.*\} \d+$/gm);
    expect(counted?.sort()).toEqual([
      `tasker_mapped_events_total{${labels},event="order.placed"} 1`,
      `tasker_mapped_events_total{${labels},event="step.skipped"} 1`,
      `tasker_step_completed_total{${labels},step_name="charge"} 1`,
    ]);
    expect(lines.map((line) => JSON.parse(line).event_name)).toEqual(["step.failed", "step.skipped"]);
    const traced = names.filter((name) => router.routes(name, "traces", "f".repeat(32)));
    expect(traced).toEqual(["step.skipped"]);
  });
});
