import type { DurableSubscriber, DurableSubscriberStatistics } from "../../event-log/durable-subscriber.ts";
import type { Metrics } from "./metrics.ts";

/** What of a durable subscriber is observed. */
export type ObservedSubscriber = Pick<DurableSubscriber, "statistics">;

/** The metrics of the durable subscribers of a process, by their names. One object for all of them. */
export class SubscriberMetrics {
  readonly #subscribers = new Set<ObservedSubscriber>();

  constructor(metrics: Metrics) {
    const labels = ["subscriber"] as const;
    const each = (tell: (statistics: DurableSubscriberStatistics, label: { subscriber: string }) => void) => {
      for (const subscriber of this.#subscribers) {
        const statistics = subscriber.statistics();
        tell(statistics, { subscriber: statistics.name });
      }
    };
    const counter = (name: string, help: string, value: (statistics: DurableSubscriberStatistics) => number) => {
      metrics.counter({ name, help, labels }, (made) => {
        made.clear();
        each((statistics, label) => made.add(value(statistics), label));
      });
    };
    const gauge = (name: string, help: string, value: (statistics: DurableSubscriberStatistics) => number) => {
      metrics.gauge({ name, help, labels }, (made) => {
        made.clear();
        each((statistics, label) => made.add(value(statistics), label));
      });
    };
    counter(
      "subscriber_delivered_events_total",
      "Events that this process has delivered",
      ({ delivered }) => delivered,
    );
    counter("subscriber_failed_attempts_total", "Attempts to deliver an event that failed", ({ failed }) => failed);
    counter("subscriber_dead_events_total", "Events that this process gave up", ({ dead }) => dead);
    counter(
      "subscriber_held_back_events_total",
      "Events that were kept because one before them of their task had failed",
      ({ heldBack }) => heldBack,
    );
    gauge("subscriber_active", "Whether this process runs the subscriber", ({ isActive }) => Number(isActive));
    gauge(
      "subscriber_lag_events",
      "Rows of the log that this process had still to read at its last look",
      ({ lagEvents }) => lagEvents,
    );
  }

  /** Counts a subscriber. @returns ends that */
  observe(subscriber: ObservedSubscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }
}
