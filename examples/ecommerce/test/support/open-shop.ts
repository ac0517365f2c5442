import { fileURLToPath } from "node:url";
import type { OutcomeScript } from "@example/simulation";
import { bindTemplate, type Database, Engine, HandlerRegistry, type JsonObject, loadTemplateFile } from "tasker";
import { ManualClock } from "tasker/testing";
import { createHandlers } from "../../src/create-handlers.ts";
import { Inventory } from "../../src/services/inventory.ts";
import { Mailer } from "../../src/services/mailer.ts";
import { OrderStore } from "../../src/services/order-store.ts";
import { type PaymentGateway, SimulatedGateway } from "../../src/services/payment-gateway.ts";
import { createShopServices } from "../../src/services/shop-services.ts";

export const TEMPLATE = fileURLToPath(new URL("../../process-order.yaml", import.meta.url));

/** How the services behave: outcomes of the first calls to each. */
export interface ShopOptions {
  readonly payment?: OutcomeScript;
  readonly inventory?: OutcomeScript;
  readonly orders?: OutcomeScript;
  readonly mail?: OutcomeScript;
  /** Milliseconds after which the gateway gives up a `test_timeout_` call. Default: 0. */
  readonly giveUpAfterMs?: number;
  /** What stands between the handlers and the simulated gateway. Default: nothing. */
  readonly wrapGateway?: (gateway: PaymentGateway) => PaymentGateway;
}

/** Opens the simulated shop with an engine that runs its orders, on a clock that moves on to each retry. */
export async function openShop(database: Database, options: ShopOptions = {}) {
  const clock = new ManualClock(Date.parse("2026-03-01T12:00:00Z"));
  const { giveUpAfterMs = 0, payment = [], wrapGateway = (own: PaymentGateway) => own } = options;
  const gateway = new SimulatedGateway({ clock, giveUpAfterMs, script: payment });
  const inventory = new Inventory({ 1: 100, 2: 50, 3: 15 }, options.inventory);
  const orders = new OrderStore(options.orders);
  const mailer = new Mailer(options.mail);
  const services = { ...createShopServices(clock), gateway: wrapGateway(gateway), inventory, orders, mailer };
  const registry = new HandlerRegistry();
  registry.register(bindTemplate(await loadTemplateFile(TEMPLATE), createHandlers(services)));
  // The middle of the range: jitter adds nothing.
  const engine = new Engine({ database, registry, clock, random: () => 0.5, heartbeat: "loop" });
  engine.on("step.failed", ({ payload }) => {
    const retryAt = Date.parse(String(payload.backoff_until));
    if (!Number.isNaN(retryAt)) setImmediate(() => clock.advance(retryAt - clock.now()));
  });
  await engine.start();

  const submit = (context: JsonObject) => engine.submit({ name: "process_order", namespace: "ecommerce", context });
  /** How an order stands once it has settled. */
  async function outcomeOf(taskId: number) {
    const { state } = await engine.settled(taskId);
    return { taskId, state, ...(await readTask(database, taskId)) };
  }

  return { clock, database, engine, gateway, inventory, orders, mailer, submit, outcomeOf };
}

/** How each step of a task stands in the database, by name. */
async function readTask(database: Database, taskId: number) {
  const steps = await database.query(
    `select n.name, w.attempts, w.retry_limit, w.retryable, w.results,
       coalesce((select array_to_string(array_agg(x.to_state order by x.sort_key), ' ')
         from tasker_workflow_step_transitions x where x.workflow_step_id = w.workflow_step_id), '') as moves,
       (select x.metadata ->> 'error_code' from tasker_workflow_step_transitions x
         where x.workflow_step_id = w.workflow_step_id and x.to_state = 'error' order by x.sort_key desc limit 1) as code
     from tasker_workflow_steps w join tasker_named_steps n on n.named_step_id = w.named_step_id
     where w.task_id = $1`,
    [taskId],
  );
  const annotations = await database.query(
    `select t.name, a.annotation from tasker_task_annotations a
     join tasker_annotation_types t on t.annotation_type_id = a.annotation_type_id where a.task_id = $1`,
    [taskId],
  );
  return { steps: Object.fromEntries(steps.map((step) => [String(step.name), step])), annotations };
}
