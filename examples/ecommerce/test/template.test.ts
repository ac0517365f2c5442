import { bindTemplate, type Database, Engine, HandlerRegistry, InvalidContextError, loadTemplateFile } from "tasker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnPostgres, openTestDatabase } from "../../../packages/tasker/test/support/test-database.ts";
import order from "../order.json" with { type: "json" };
import * as handlersModule from "../src/handlers-module.ts";
import { TEMPLATE } from "./support/open-shop.ts";

test("five steps in a row, each with its limits", async () => {
  const { steps, ...task } = await loadTemplateFile(TEMPLATE);
  expect(task).toMatchObject({ namespace: "ecommerce", name: "process_order", version: "1.0.0" });
  expect(
    steps.map((step) => [step.name, step.dependsOn, step.retryLimit, step.timeoutSeconds, step.dependentSystem]),
  ).toEqual([
    ["validate_cart", [], 3, 15, "ecommerce_platform"],
    ["process_payment", ["validate_cart"], 3, 30, "ecommerce_platform"],
    ["update_inventory", ["process_payment"], 2, 20, "ecommerce_platform"],
    ["create_order", ["update_inventory"], 3, 15, "ecommerce_platform"],
    ["send_confirmation", ["create_order"], 5, 10, "ecommerce_platform"],
  ]);
});

test("a test run has a shorter deadline for the payment and another sender, and keeps the rest", async () => {
  const base = await loadTemplateFile(TEMPLATE);
  const { steps } = await loadTemplateFile(TEMPLATE, { environment: "test" });
  expect(steps).toEqual(
    base.steps.map((step) => {
      if (step.name === "process_payment") return { ...step, timeoutSeconds: 5 };
      if (step.name !== "send_confirmation") return step;
      return { ...step, handlerConfig: { sender: "test-orders@shop.example" } };
    }),
  );
});

test("the module for the command line has every handler that the template names", async () => {
  const template = bindTemplate(await loadTemplateFile(TEMPLATE), handlersModule);
  expect(template.taskHandler).toBeInstanceOf(handlersModule.ProcessOrderHandler);
  for (const { name } of template.definition.steps) expect(template.createStepHandler(name)).toHaveProperty("handle");
});

describeOnPostgres("the context", () => {
  let database: Database;
  let engine: Engine;

  beforeAll(async () => {
    database = await openTestDatabase();
    const registry = new HandlerRegistry();
    registry.register(bindTemplate(await loadTemplateFile(TEMPLATE), handlersModule));
    engine = new Engine({ database, registry });
  });

  afterAll(async () => {
    await engine.stop();
    await database.close();
  });

  const submit = (context: object) =>
    engine.submit({ name: "process_order", namespace: "ecommerce", context: { ...context } });

  test("needs no phone, shipping_info or priority, and may hold what the schema does not know", async () => {
    const { shipping_info: _, priority: __, ...rest } = order;
    const { taskId } = await submit({ ...rest, campaign: "spring" });
    const [stored] = await database.query("select context from tasker_tasks where task_id = $1", [taskId]);
    expect(stored).toEqual({ context: { ...rest, campaign: "spring", priority: "standard" } });
  });

  const [item] = order.cart_items;
  test.each([
    ["no cart_items", { cart_items: undefined }, "cart_items"],
    ["no payment_info", { payment_info: undefined }, "payment_info"],
    ["no customer_info", { customer_info: undefined }, "customer_info"],
    ["an item without a price", { cart_items: [{ product_id: 1, quantity: 1 }] }, "cart_items[0].price"],
    ["a quantity of 0", { cart_items: [{ ...item, quantity: 0 }] }, "cart_items[0].quantity"],
    ["a negative price", { cart_items: [{ ...item, price: -1 }] }, "cart_items[0].price"],
    ["an unknown method", { payment_info: { ...order.payment_info, method: "cash" } }, "payment_info.method"],
    ["an unknown currency", { payment_info: { ...order.payment_info, currency: "XYZ" } }, "payment_info.currency"],
    ["a customer without an address", { customer_info: { name: "A" } }, "customer_info.email"],
    ["an unknown tier", { customer_info: { ...order.customer_info, tier: "gold" } }, "customer_info.tier"],
    ["an unknown priority", { priority: "tomorrow" }, "priority"],
  ])("with %s is refused, and the field is named", async (_case, change, field) => {
    const refused = await submit({ ...order, ...change }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidContextError);
    expect(refused).toMatchObject({ context: { violations: [{ path: field }] } });
  });
});
