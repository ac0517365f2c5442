// Runs three checkouts on an embedded database in memory and prints what monitoring has seen of them.
import { setTimeout as delay } from "node:timers/promises";
import { Engine, HandlerRegistry } from "tasker";
import { openMemoryDatabase } from "tasker/testing";
import orders from "./orders/orders.json" with { type: "json" };
import { newCorrelationId } from "./src/checkout-handler.ts";
import { monitoredCheckout } from "./src/monitored-checkout.ts";
import { openMonitoring } from "./src/monitoring/open-monitoring.ts";
import { Shop } from "./src/shop.ts";

const shop = new Shop({
  // The mail server is away for one call; the payment takes a moment.
  scripts: { mail: ["connection_failed"] },
  latencySeconds: { payment: 0.2 },
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
});
const database = await openMemoryDatabase();
const registry = new HandlerRegistry();
registry.register(monitoredCheckout(shop));
const engine = new Engine({ database, registry });
const { metrics, alerts } = openMonitoring(engine);
await engine.start();
const submitted = await engine.submitMany(
  orders.map((context) => ({
    namespace: "blog_examples",
    name: "monitored_checkout",
    context,
    correlationId: newCorrelationId(),
  })),
);
for (const { taskId } of submitted) console.log(await engine.settled(taskId));
await engine.stop();
await database.close();
console.table(metrics.numbers);
console.table(metrics.distributions);
console.table(alerts.raised.map(({ level, message, correlationId }) => ({ level, message, correlationId })));
