import { fileURLToPath } from "node:url";
import type { OutcomeScript } from "@example/simulation";
import { bindTemplate, type Database, InvalidContextError, type JsonObject, loadTemplateFile } from "tasker";
import { createTestEngine, drain, ManualClock, runTask, type TaskRunReport } from "tasker/testing";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { runTasker } from "../../../packages/tasker/test/cli/support/tasker-process.ts";
import {
  createTestDatabase,
  describeOnPostgres,
  openTestDatabase,
} from "../../../packages/tasker/test/support/test-database.ts";
import backwards from "../ranges/backwards.json" with { type: "json" };
import january from "../ranges/january.json" with { type: "json" };
import tooFewOrders from "../ranges/too-few-orders.json" with { type: "json" };
import { createHandlers } from "../src/create-handlers.ts";
import * as handlersModule from "../src/handlers-module.ts";
import { type AnalyticsServices, createAnalyticsServices } from "../src/services/analytics-services.ts";
import { Dashboards } from "../src/services/dashboard.ts";
import { Notifier } from "../src/services/notifier.ts";
import { ORDERS, PRODUCTS, USERS } from "../src/services/records.ts";
import { SimulatedSource } from "../src/services/source.ts";

const TEMPLATE = fileURLToPath(new URL("../customer-analytics.yaml", import.meta.url));
const ALL = [
  "extract_orders",
  "extract_users",
  "extract_products",
  "transform_customer_metrics",
  "transform_product_metrics",
  "generate_insights",
  "update_dashboard",
  "send_notifications",
];

const withState = ({ steps }: TaskRunReport, state: string) => ALL.filter((name) => steps[name]?.state === state);

const warehouse = (script: OutcomeScript, latencySeconds = 0) =>
  new SimulatedSource("warehouse", { rows: ORDERS, script, latencySeconds });

test("the module for the command line has every handler that the template names", async () => {
  const template = bindTemplate(await loadTemplateFile(TEMPLATE), handlersModule);
  expect(template.definition.steps.map(({ name }) => name)).toEqual(ALL);
  for (const name of ALL) expect(template.createStepHandler(name)).toHaveProperty("handle");
});

describeOnPostgres("the nightly report", () => {
  let database: Database;

  beforeAll(async () => {
    database = await openTestDatabase();
  });

  afterAll(() => database.close());

  /** Runs the pipeline to its end, with some services in the place of those that work. */
  async function report(context: JsonObject = january, own: Partial<AnalyticsServices> = {}) {
    const clock = new ManualClock(Date.parse("2024-01-21T02:00:00Z"));
    const services = { ...createAnalyticsServices(clock), ...own };
    const template = bindTemplate(await loadTemplateFile(TEMPLATE), createHandlers(services));
    return { services, run: await runTask(template, context, { database, clock }) };
  }

  test("three extractions, two transformations, one report; each step once", async () => {
    const dashboards = new Dashboards();
    const notifier = new Notifier();
    const { run } = await report(january, { dashboards, notifier });
    expect(run.state).toBe("complete");
    expect(ALL.map((name) => run.steps[name]?.attempts)).toEqual(ALL.map(() => 1));
    expect(run.steps.extract_orders?.results).toMatchObject({
      extraction_metadata: { source: "warehouse", records: 6, extracted_at: "2024-01-21T02:00:00.000Z" },
    });
    expect(run.steps.transform_customer_metrics?.results).toMatchObject({
      customer_metrics: [
        { user_id: 1, total_orders: 2, completed_orders: 2, total_revenue: 423.96, average_order_value: 211.98 },
        { user_id: 2, total_orders: 1, total_revenue: 59.98 },
        // Refunded: an order, but no revenue.
        { user_id: 3, total_orders: 1, completed_orders: 0, total_revenue: 0, average_order_value: 0 },
        { user_id: 4, total_revenue: 39.96 },
        { user_id: 5, total_revenue: 249 },
      ],
    });
    expect(run.steps.transform_product_metrics?.results).toMatchObject({
      product_metrics: [
        { product_id: 201, total_orders: 1, total_revenue: 129.99, conversion_rate: 2.5 },
        { product_id: 202, total_revenue: 59.98, conversion_rate: 2 },
        { product_id: 203, total_orders: 2, total_revenue: 498, conversion_rate: 2.5 },
        { product_id: 204, total_revenue: 44.97, conversion_rate: 5 },
        { product_id: 205, total_revenue: 39.96, conversion_rate: 10 },
      ],
    });
    expect(run.steps.generate_insights?.results).toEqual({
      top_customers: [
        { name: "Ada Byron", revenue: 423.96 },
        { name: "Emil Zorn", revenue: 249 },
        { name: "Bela Kiss", revenue: 59.98 },
      ],
      top_products: [
        { name: "Desk lamp", revenue: 498 },
        { name: "Espresso machine", revenue: 129.99 },
        { name: "Milk jug", revenue: 59.98 },
      ],
      segments: { premium: 3, standard: 2 },
      revenue_by_category: { kitchen: 189.97, office: 542.97, home: 39.96 },
    });
    expect(run.steps.update_dashboard?.results).toEqual({
      dashboard_id: "executive_dashboard_2024_01",
      sections: ["customers", "products", "segments", "revenue"],
    });
    expect(dashboards.calls).toBe(1);
    expect(Object.keys(dashboards.get("executive_dashboard_2024_01") ?? {})).toHaveLength(4);
    expect(notifier.deliveries.map(({ channel }) => channel)).toEqual(["#data-team", "#executives"]);
    expect(notifier.deliveries[0]?.text).toContain("Best customer: Ada Byron; best product: Desk lamp");
  });

  test("is run by one command", async () => {
    const throwAway = await createTestDatabase();
    onTestFinished(() => throwAway.drop());
    const context = fileURLToPath(new URL("../ranges/january.json", import.meta.url));
    const env = { DATABASE_URL: throwAway.url };
    const { code, out } = await runTasker(["run", TEMPLATE, "--context", context], { cwd: "/", env });
    expect(code).toBe(0);
    expect(out).toContain("customer_analytics");
    expect(out).toContain('"dashboard_id": "executive_dashboard_2024_01"');
  });

  test("the three extractions are under way at the same time", async () => {
    const { run } = await report();
    const place = (row: string) => run.history.indexOf(row);
    const extractions = ALL.slice(0, 3);
    const lastStart = Math.max(...extractions.map((name) => place(`${name} pending > in_progress`)));
    const firstEnd = Math.min(...extractions.map((name) => place(`${name} in_progress > complete`)));
    expect(lastStart).toBeLessThan(firstEnd);
  });

  test("an extraction that fails twice is repeated alone", async () => {
    const source = warehouse(["timeout", "connection_failed"]);
    const users = new SimulatedSource("crm", { rows: USERS });
    const { run } = await report(january, { warehouse: source, crm: users });
    expect(run.state).toBe("complete");
    expect(ALL.map((name) => run.steps[name]?.attempts)).toEqual([3, 1, 1, 1, 1, 1, 1, 1]);
    expect([source.calls, users.calls]).toEqual([3, 1]);
    expect(run.elapsedMs).toBe(3_000);
  });

  test("a source that is slower than a call may be is given up after three attempts; what it feeds does not start", async () => {
    const { run } = await report(january, { warehouse: warehouse([], 31) });
    expect(run.state).toBe("error");
    expect(run.steps.extract_orders).toMatchObject({ state: "error", attempts: 3, retryable: true });
    expect(withState(run, "complete")).toEqual(["extract_users", "extract_products"]);
    expect(withState(run, "pending")).toEqual(ALL.slice(3));
  });

  test("each extraction tells how it went, when it is certain", async () => {
    const services = { ...createAnalyticsServices(new ManualClock()), warehouse: warehouse(["timeout"]) };
    const template = bindTemplate(await loadTemplateFile(TEMPLATE), createHandlers(services));
    const tested = createTestEngine({ database, templates: [template] });
    const told: unknown[] = [];
    tested.engine.on("data_pipeline.*", ({ name, stepName, payload }) => {
      if (stepName === "extract_orders") told.push([name, payload]);
    });
    await tested.engine.start();
    const { namespace, name } = template.definition;
    const { taskId } = await tested.engine.submit({ namespace, name, context: january });
    await drain(tested, [taskId]);
    await tested.engine.stop();
    expect(told).toEqual([
      ["data_pipeline.extraction_started", { source: "warehouse" }],
      ["data_pipeline.extraction_failed", { source: "warehouse", reason: "orders not extracted: timeout" }],
      ["data_pipeline.extraction_started", { source: "warehouse" }],
      ["data_pipeline.extraction_completed", { source: "warehouse", records_extracted: 6 }],
    ]);
  });

  test.each([
    ["WAREHOUSE_AUTH_FAILED", "extract_orders", { warehouse: warehouse(["authentication_failed"]) }],
    ["INVALID_EXTRACTION_QUERY", "extract_orders", { warehouse: warehouse(["invalid_query"]) }],
    [
      "CRM_AUTH_FAILED",
      "extract_users",
      { crm: new SimulatedSource("crm", { rows: USERS, script: ["authentication_failed"] }) },
    ],
    [
      "INVENTORY_AUTH_FAILED",
      "extract_products",
      { inventory: new SimulatedSource("inventory", { rows: PRODUCTS, script: ["authentication_failed"] }) },
    ],
    ["DASHBOARD_AUTH_FAILED", "update_dashboard", { dashboards: new Dashboards(["authentication_failed"]) }],
  ])("a refusal that nothing can change: %s of %s", async (code, name, own) => {
    const { run } = await report(january, own);
    expect(run.state).toBe("error");
    expect(run.steps[name]).toMatchObject({ state: "error", attempts: 1, retryable: false, error: { code } });
  });

  test("a dashboard that stays away leaves six steps complete, and only itself to be repeated", async () => {
    const dashboards = new Dashboards(["timeout", "timeout", "timeout"]);
    const { run } = await report(january, { dashboards });
    expect(run.state).toBe("error");
    expect(withState(run, "complete")).toEqual(ALL.slice(0, 6));
    expect(run.steps.update_dashboard).toMatchObject({ state: "error", attempts: 3 });
    expect(dashboards.calls).toBe(3);
  });

  test("notifications that fail for good leave seven steps complete", async () => {
    const { run } = await report(january, { notifier: new Notifier(Array.from({ length: 5 }, () => "timeout")) });
    expect(run.state).toBe("error");
    expect(withState(run, "complete")).toEqual(ALL.slice(0, 7));
    expect(run.steps.send_notifications).toMatchObject({ state: "error", attempts: 5 });
  });

  test("a channel that has its message does not get it again when the next one is rate limited", async () => {
    const notifier = new Notifier([null, "rate_limited"]);
    const { run } = await report(january, { notifier });
    expect(run.state).toBe("complete");
    expect(run.steps.send_notifications?.attempts).toBe(2);
    expect(run.elapsedMs).toBe(60_000);
    expect(notifier.deliveries.map(({ channel }) => channel)).toEqual(["#data-team", "#executives"]);
  });

  test.each([
    ["INVALID_DATE_RANGE", backwards],
    ["MISSING_START_DATE", { ...january, date_range: { start_date: "", end_date: "2024-01-20" } }],
    ["MISSING_END_DATE", { ...january, date_range: { start_date: "2024-01-15", end_date: "" } }],
    ["INVALID_DATE_FORMAT", { ...january, date_range: { start_date: "2024-02-30", end_date: "2024-03-01" } }],
    ["INSUFFICIENT_DATA", tooFewOrders],
  ])("a period that cannot be reported on: %s", async (code, context) => {
    const { run } = await report(context);
    expect(run.state).toBe("error");
    expect(run.steps.extract_orders).toMatchObject({ state: "error", attempts: 1, error: { code } });
  });

  test("too few users by the default of the schema, too many gaps", async () => {
    const few = await report({ ...january, quality_thresholds: { min_order_records: 5 } });
    expect(few.run.steps.extract_users).toMatchObject({ attempts: 1, error: { code: "INSUFFICIENT_DATA" } });
    const rows = USERS.map((user) => ({ ...user, email: null }));
    const gaps = await report(january, { crm: new SimulatedSource("crm", { rows }) });
    expect(gaps.run.steps.extract_users?.error).toMatchObject({ code: "INSUFFICIENT_DATA" });
    expect(gaps.run.steps.extract_users?.error?.message).toContain("100.0 %");
  });

  test.each([
    ["MISSING_NOTIFICATION_CHANNELS", []],
    ["INVALID_NOTIFICATION_CHANNELS", ["data team"]],
  ])("the report is there, nobody is told: %s", async (code, channels) => {
    const { run } = await report({ ...january, notification_channels: channels });
    expect(withState(run, "complete")).toEqual(ALL.slice(0, 7));
    expect(run.steps.send_notifications).toMatchObject({ attempts: 1, error: { code } });
  });

  test("a task without a period is not accepted", async () => {
    await expect(report({})).rejects.toThrow(InvalidContextError);
  });

  test("orders that cannot be described are not fetched twice; the steps that need them say what is missing", async () => {
    const odd = new SimulatedSource("warehouse", { rows: ORDERS.map((order) => ({ ...order, order_id: 0.5 })) });
    const { run } = await report(january, { warehouse: odd });
    expect(run.steps.extract_orders).toMatchObject({
      state: "complete",
      attempts: 1,
      results: { error: true, error_code: "RESULT_PROCESSING_FAILED", status: "processing_error" },
    });
    expect(run.steps.transform_customer_metrics?.error?.code).toBe("MISSING_ORDERS_DATA");
    expect(run.steps.transform_product_metrics?.error?.code).toBe("MISSING_ORDERS_DATA");
    expect(odd.calls).toBe(1);
  });
});
