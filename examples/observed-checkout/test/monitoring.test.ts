import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Database, JsonObject } from "tasker";
import { createTestEngine, drain, ManualClock, readTask } from "tasker/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnPostgres, openTestDatabase } from "../../../packages/tasker/test/support/test-database.ts";
import { monitoredCheckout } from "../src/monitored-checkout.ts";
import { openMonitoring } from "../src/monitoring/open-monitoring.ts";
import { Shop, type ShopOptions } from "../src/shop.ts";

const STEPS = ["validate_cart", "process_payment", "update_inventory", "create_order", "send_confirmation"];

const order = (settings: JsonObject = {}): JsonObject => ({
  customer_id: 7,
  customer_email: "seven@example.com",
  customer_tier: "standard",
  cart_items: [
    { sku: "A", name: "Widget A", price: 29.99, quantity: 2 },
    { sku: "B", name: "Widget B", price: 49.99, quantity: 1 },
  ],
  payment_method: "credit_card",
  order_value: 109.97,
  ...settings,
});

describeOnPostgres("a checkout that is watched", () => {
  let database: Database;

  beforeAll(async () => {
    database = await openTestDatabase();
  });

  afterAll(() => database.close());

  /** Checks orders out one after the other; the clock moves only where a system takes its time or a step waits. */
  async function checkOut(orders: readonly JsonObject[], options: Omit<ShopOptions, "sleep"> = {}) {
    const clock = new ManualClock(Date.parse("2026-03-01T12:00:00Z"));
    const shop = new Shop({ ...options, sleep: (ms, signal) => clock.sleep(ms, signal) });
    const tested = createTestEngine({ database, clock, templates: [monitoredCheckout(shop)] });
    const { metrics, alerts } = openMonitoring(tested.engine);
    await tested.engine.start();
    const ids: number[] = [];
    for (const [place, context] of orders.entries()) {
      const request = { namespace: "blog_examples", name: "monitored_checkout", context };
      const { taskId } = await tested.engine.submit({ ...request, correlationId: `checkout_${place}` });
      await drain(tested, [taskId]);
      ids.push(taskId);
    }
    await tested.engine.stop();
    const tasks = await Promise.all(ids.map((taskId) => readTask(database, taskId)));
    return { tasks, metrics, alerts: alerts.raised };
  }

  test.each(["standard", "premium"])("of a %s customer completes in five steps, and is counted", async (tier) => {
    const { tasks, metrics, alerts } = await checkOut([order({ customer_tier: tier })]);
    const [task] = tasks;
    expect(task?.state).toBe("complete");
    expect(STEPS.map((name) => task?.steps[name]?.results)).toMatchObject([
      { validated: true, cart_total: 109.97 },
      { payment_successful: true, amount: 109.97, method: "credit_card" },
      { inventory_updated: true },
      { order_created: true },
      { confirmation_sent: true },
    ]);
    expect(metrics.numbers).toEqual({
      [`checkout_conversions_total{tier="${tier}"}`]: 1,
      revenue_processed: 109.97,
      payments_processed_total: 1,
      payment_volume: 109.97,
      'sla_compliance_total{kept="true"}': 1,
      'namespace_avg_execution_seconds{namespace="blog_examples"}': 0,
      'task_error_rate_percent{namespace="blog_examples"}': 0,
    });
    expect(alerts).toEqual([]);
  });

  test("leaves what the business calls it with the finished task", async () => {
    const { tasks } = await checkOut([order({ customer_tier: "premium", order_value: 640 })]);
    const [row] = await database.query(
      `select a.annotation from tasker_task_annotations a join tasker_annotation_types t using (annotation_type_id)
       where a.task_id = $1 and t.name = 'business_context'`,
      [tasks[0]?.taskId],
    );
    expect(row?.annotation).toEqual({
      domain: "ecommerce",
      impact_level: "high",
      sla_tier: "premium",
      correlation_id: "checkout_0",
    });
  });

  test("durations are those of the work: a slow payment is a bottleneck, a large order a breadcrumb", async () => {
    const { metrics, alerts } = await checkOut([order({ order_value: 1_200 })], { latencySeconds: { payment: 6 } });
    expect(metrics.distributions).toMatchObject({
      'step_execution_duration_seconds{step="process_payment"}': { count: 1, sum: 6 },
      'step_execution_duration_seconds{step="validate_cart"}': { count: 1, sum: 0 },
      payment_processing_duration_seconds: { count: 1, sum: 6, max: 6 },
      'task_execution_duration_seconds{task="blog_examples.monitored_checkout@1.0.0"}': { count: 1, sum: 6 },
    });
    expect(alerts).toEqual([
      {
        level: "warning",
        message: "process_payment took 6 s, more than 5 s",
        correlationId: "checkout_0",
        facts: { step: "process_payment", seconds: 6, threshold: 5 },
      },
      {
        level: "breadcrumb",
        message: "an order of 1200 was completed",
        correlationId: "checkout_0",
        facts: { value: 1_200 },
      },
    ]);
  });

  test("a retry is counted by its step, and the failure before it as one that is not final", async () => {
    const { tasks, metrics, alerts } = await checkOut([order()], { scripts: { mail: ["connection_failed"] } });
    expect(tasks[0]?.state).toBe("complete");
    expect(metrics.numbers).toMatchObject({
      'step_retries_total{step="send_confirmation"}': 1,
      'step_failures_total{step="send_confirmation",error_type="connection",final_failure="false"}': 1,
    });
    expect(alerts.map(({ level, message }) => [level, message])).toEqual([
      ["warning", "send_confirmation failed: connection"],
    ]);
  });

  test("a lost order is revenue lost, and above 500 an error that names the step", async () => {
    const scripts = { payment: ["card_declined", "card_declined"] };
    const { metrics, alerts } = await checkOut([order({ order_value: 640 }), order()], { scripts });
    expect(metrics.numbers).toMatchObject({
      'checkout_failures_total{error_type="payment"}': 2,
      revenue_loss: 749.97,
      'task_failures_total{failed_step="process_payment"}': 2,
      'task_error_rate_percent{namespace="blog_examples"}': 100,
    });
    expect(alerts).toMatchObject([
      { level: "error", message: "an order of 640 was lost at process_payment", correlationId: "checkout_0" },
    ]);
  });

  test("an inventory that times out: three kinds of notice", async () => {
    const { tasks, metrics, alerts } = await checkOut([order()], { latencySeconds: { inventory: 30 } });
    expect(tasks[0]).toMatchObject({ state: "error", steps: { update_inventory: { attempts: 2 } } });
    expect(metrics.numbers).toMatchObject({
      'checkout_failures_total{error_type="timeout"}': 1,
      'step_failures_total{step="update_inventory",error_type="timeout",final_failure="true"}': 1,
      'sla_compliance_total{kept="true"}': 1,
    });
    expect(alerts.map(({ message }) => message)).toEqual([
      "update_inventory failed: timeout",
      "paid order without reserved stock: risk of overselling",
      "update_inventory failed: timeout",
    ]);
  });

  test("an empty cart is a validation failure of no retry", async () => {
    const { tasks, metrics } = await checkOut([order({ cart_items: [] })]);
    expect(tasks[0]?.steps.validate_cart).toMatchObject({ attempts: 1, error: { code: "EMPTY_CART" } });
    expect(metrics.numbers).toMatchObject({ 'checkout_failures_total{error_type="validation"}': 1 });
  });

  test("a promise that was not kept is reported", async () => {
    const latencySeconds = { payment: 25, mail: 19, orders: 9 };
    const { metrics, alerts } = await checkOut([order()], { latencySeconds });
    expect(metrics.numbers).toMatchObject({ 'sla_compliance_total{kept="false"}': 1 });
    expect(alerts.map(({ message }) => message)).toContain("the checkout took 53 s, 45 s were promised");
  });

  test("an error rate above 10 % of ten tasks is reported", async () => {
    const orders = Array.from({ length: 12 }, (_, place) => order(place > 9 ? { cart_items: [] } : {}));
    const { alerts } = await checkOut(orders);
    expect(alerts.map(({ message }) => message)).toEqual(["16.7 % of the tasks of blog_examples fail"]);
  });
});

test("the demonstration ends by itself and shows what was measured", async () => {
  const script = fileURLToPath(new URL("../run.ts", import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script]);
  expect(stderr).toBe("");
  expect(stdout).toContain("checkout_conversions_total");
  expect(stdout).toContain("an order of 640 was lost at validate_cart");
  expect(stdout.match(/state: '(complete|error)'/g)).toHaveLength(3);
});
