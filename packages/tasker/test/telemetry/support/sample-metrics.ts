import { Metrics } from "../../../src/telemetry/metrics/metrics.ts";

/** Metrics of every type, with values that formats find hard. */
export function sampleMetrics(): Metrics {
  const metrics = new Metrics();
  const orders = metrics.counter({ name: "orders_total", help: "Orders", labels: ["shop", "till"] });
  orders.add(3, { shop: 'say "so", twice', till: "C:\\new" });
  orders.add(0.5, { shop: "two\nlines", till: "ü" });
  metrics.gauge({ name: "temperature", help: "Temperature" }).set(Number.NEGATIVE_INFINITY);
  const waits = metrics.histogram({ name: "wait_seconds", help: "Wait", labels: ["queue"], buckets: [0.5, 1] });
  for (const value of [0.2, 0.5, 0.7, 3]) waits.observe(value, { queue: "q" });
  waits.observe(1e-7, { queue: "r" });
  return metrics;
}
