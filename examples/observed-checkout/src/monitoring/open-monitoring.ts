import { type Engine, SubscriberRegistry } from "tasker";
import { Alerts } from "./alerts.ts";
import { BusinessMetricsSubscriber } from "./business-metrics-subscriber.ts";
import { Metrics } from "./metrics.ts";
import { PerformanceSubscriber } from "./performance-subscriber.ts";

/** What was measured, and what somebody should see. */
export interface Monitoring {
  readonly metrics: Metrics;
  readonly alerts: Alerts;
}

/** Subscribes the monitoring to an engine. A subscriber that fails disturbs nothing else; the engine's log tells of it. */
export function openMonitoring({ events }: Pick<Engine, "events">): Monitoring {
  const metrics = new Metrics();
  const alerts = new Alerts();
  const subscribers = new SubscriberRegistry({ events });
  subscribers.register(new BusinessMetricsSubscriber(metrics, alerts));
  subscribers.register(new PerformanceSubscriber(metrics, alerts));
  return { metrics, alerts };
}
