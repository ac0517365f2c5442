import { type Engine, type EngineEvent, SubscriberRegistry } from "tasker";
import { Alerts } from "./alerts.ts";
import { BusinessMetricsSubscriber } from "./business-metrics-subscriber.ts";
import { Metrics } from "./metrics.ts";
import { PerformanceSubscriber } from "./performance-subscriber.ts";

/** What was measured, and what somebody should see. */
export interface Monitoring {
  readonly metrics: Metrics;
  readonly alerts: Alerts;
}

/** Subscribes the monitoring to an engine. A subscriber that fails raises an alert and disturbs nothing else. */
export function openMonitoring(engine: Pick<Engine, "on">): Monitoring {
  const metrics = new Metrics();
  const alerts = new Alerts();
  const subscribers = new SubscriberRegistry<EngineEvent>({
    onSubscriberError: (error, name) =>
      alerts.raise({ level: "error", message: `${name} failed`, correlationId: "", facts: { error } }),
  });
  subscribers.register(new BusinessMetricsSubscriber(metrics, alerts));
  subscribers.register(new PerformanceSubscriber(metrics, alerts));
  engine.on((event) => subscribers.dispatch(event));
  return { metrics, alerts };
}
