import { expect, test } from "vitest";
import { EventBus } from "../../../src/events/bus/event-bus.ts";
import { addBusMetrics } from "../../../src/telemetry/metrics/bus-metrics.ts";
import { Metrics } from "../../../src/telemetry/metrics/metrics.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { makeGate } from "../../support/engine-harness.ts";

const happen = () => new Promise<void>((resolve) => void setImmediate(resolve));

test("the metrics of a bus tell of each listener what it took, failed at, lost and has waiting; those without a name together", async () => {
  const clock = new ManualClock();
  const bus = new EventBus({ clock });
  const metrics = new Metrics({ maxLabelSets: 5 });
  addBusMetrics(metrics, () => bus.statistics());
  const gate = makeGate();
  bus.on("test.event", () => undefined, { name: "fast" });
  bus.on("test.event", () => Promise.reject(new Error("no")), { name: "failing" });
  const end = bus.on("test.event", () => gate.promise, { name: "slow", queue: { max: 2 } });
  bus.on("test.event", () => undefined);
  bus.on("test.event", () => undefined);
  for (let count = 0; count < 5; count += 1) {
    bus.tell("test.event", null, () => ({}));
    await happen();
  }
  clock.advance(3_000);
  const text = await metrics.text();
  const values = (metric: string) =>
    Object.fromEntries(
      [...text.matchAll(new RegExp(`^tasker_${metric}\\{subscription="(\\w+)"\\} (\\d+)$`, "gm"))].map(
        ([, name, value]) => [name, Number(value)],
      ),
    );
  expect(values("bus_delivered_events_total")).toMatchObject({ fast: 5, slow: 0, unnamed: 10 });
  expect(values("bus_failed_events_total")).toMatchObject({ fast: 0, failing: 5 });
  expect(values("bus_dropped_events_total")).toEqual({ fast: 0, failing: 0, slow: 2, unnamed: 0 });
  expect(values("bus_queued_events")).toMatchObject({ fast: 0, slow: 2 });
  expect(values("bus_lag_seconds")).toMatchObject({ fast: 0, slow: 3 });
  expect(await metrics.text()).toBe(text);
  end();
  expect(await metrics.text()).not.toContain("slow");
  // However many there are, the series are few.
  for (let count = 0; count < 50; count += 1) bus.on("test.event", () => undefined, { name: `listener ${count}` });
  expect((await metrics.text()).match(/^tasker_bus_queued_events\{/gm)).toHaveLength(6);
});
