import { fileURLToPath } from "node:url";
import {
  bindTemplate,
  type Database,
  Engine,
  HandlerRegistry,
  knownEventNames,
  loadTemplateFile,
  Subscriptions,
} from "tasker";
import * as handlers from "./handlers-module.ts";
import { PaymentAlertsSubscriber } from "./payment-alerts-subscriber.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Runs a payment that succeeds and one that fails, and gives what people were told: of each payment in order. */
export async function runPayments(database: Database): Promise<readonly string[]> {
  PaymentAlertsSubscriber.told.length = 0;
  const registry = new HandlerRegistry();
  registry.register(bindTemplate(await loadTemplateFile(here("../payment.yaml")), handlers));
  const engine = new Engine({ database, registry });
  await engine.start();
  const payments = [
    { order: 1, amount: 20, card: "good" },
    { order: 2, amount: 40, card: "stolen" },
  ];
  const tasks = await engine.submitMany(payments.map((context) => ({ namespace: "shop", name: "payment", context })));
  await Promise.all(tasks.map(({ taskId }) => engine.settled(taskId)));
  // Nobody has listened so far. The event log has it all.
  const subscriptions = new Subscriptions({
    paths: [here("../subscriptions")],
    classes: { PaymentAlertsSubscriber },
    events: engine.events,
    database,
    knownEvents: () => knownEventNames(registry),
  });
  await subscriptions.start();
  const { told } = PaymentAlertsSubscriber;
  while (told.length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
  await subscriptions.stop();
  await engine.stop();
  return told;
}
