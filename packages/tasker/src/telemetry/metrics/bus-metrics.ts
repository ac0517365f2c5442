import type { SubscriptionStatistics } from "../../events/bus/subscription.ts";
import type { Metrics } from "./metrics.ts";

/** Subscriptions that were given no name count together: others come and go under new numbers. */
const labelOf = (name: string): string => name.replace(/^subscription \d+$/, "unnamed");

/**
 * Metrics of the subscriptions to the bus of a process, by their names. One that has ended is no longer counted.
 * @param source how they fare at this moment
 */
export function addBusMetrics(metrics: Metrics, source: () => readonly SubscriptionStatistics[]): void {
  const labels = ["subscription"] as const;
  const counter = (name: string, help: string, value: (statistics: SubscriptionStatistics) => number) => {
    metrics.counter({ name, help, labels }, (made) => {
      made.clear();
      for (const statistics of source()) made.add(value(statistics), { subscription: labelOf(statistics.name) });
    });
  };
  counter(
    "bus_delivered_events_total",
    "Events that a listener of this process has taken",
    ({ delivered }) => delivered,
  );
  counter("bus_failed_events_total", "Events for which a listener threw or was rejected", ({ failed }) => failed);
  counter("bus_dropped_events_total", "Events that found the queue of their listener full", ({ dropped }) => dropped);
  metrics.gauge({ name: "bus_queued_events", help: "Events that wait for a listener", labels }, (gauge) => {
    gauge.clear();
    for (const { name, queued } of source()) gauge.add(queued, { subscription: labelOf(name) });
  });
  metrics.gauge(
    { name: "bus_lag_seconds", help: "Age of the oldest event that waits for a listener", labels },
    (gauge) => {
      gauge.clear();
      // Of those that count together the longest counts.
      const ascending = source().toSorted((a, b) => a.lagMs - b.lagMs);
      for (const { name, lagMs } of ascending) gauge.set(lagMs / 1_000, { subscription: labelOf(name) });
    },
  );
}
