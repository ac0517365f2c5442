import type { OutcomeScript } from "@example/simulation";
import type { Clock, JsonObject, JsonValue } from "tasker";
import { describe, expect, test } from "vitest";
import { CreateOrderHandler } from "../../src/handlers/create-order.ts";
import { OrderStore } from "../../src/services/order-store.ts";
import { failureOf, handleStep } from "../support/handle-step.ts";
import { CART_RESULT, INVENTORY_RESULT, ORDER, PAYMENT_RESULT, PROCESSING_FAILED } from "../support/test-data.ts";

const clock: Clock = { now: () => Date.parse("2026-03-02T00:10:00Z"), after: () => () => {} };
const results: Record<string, JsonValue> = {
  validate_cart: CART_RESULT,
  process_payment: PAYMENT_RESULT,
  update_inventory: INVENTORY_RESULT,
};
const call = { context: ORDER, results };

function openStore(script: OutcomeScript = [], config: JsonObject | null = null) {
  const orders = new OrderStore(script);
  return { orders, handler: new CreateOrderHandler(config, { orders, clock }) };
}

test("writes the order and promises its delivery in seven days", async () => {
  const { orders, handler } = openStore();
  expect(await handleStep(handler, call)).toEqual({
    order_id: 1,
    order_number: expect.stringMatching(/^ORD-20260301-[0-9A-F]{8}$/),
    status: "confirmed",
    total_amount: 124.76,
    customer_email: "customer@example.com",
    estimated_delivery: "2026-03-09",
    priority: "normal",
  });
  expect(orders.orders).toMatchObject([{ paymentId: "pay_1", reservationIds: ["res_step-11_1", "res_step-11_2"] }]);
});

test("takes the days of delivery from its configuration and the priority from its inputs", async () => {
  const { handler } = openStore([], { delivery_days: 2 });
  const stored = await handleStep(handler, { ...call, inputs: { priority: "high" } });
  expect(stored).toMatchObject({ estimated_delivery: "2026-03-04", priority: "high" });
});

test("a repeated attempt finds its order", async () => {
  const { orders, handler } = openStore();
  const first = await handleStep(handler, call);
  expect(await handleStep(handler, call)).toEqual(first);
  expect(orders.orders).toHaveLength(1);
});

describe("a permanent failure", () => {
  test.each([
    ["no customer", { results, context: {} }, "MISSING_CUSTOMER_INFO"],
    ["a customer without a name", { results, context: { customer_info: { email: "a@b" } } }, "MISSING_CUSTOMER_INFO"],
    ["no cart", { ...call, results: { ...results, validate_cart: null } }, "MISSING_CART_VALIDATION"],
    ["no payment", { ...call, results: { ...results, process_payment: null } }, "MISSING_PAYMENT_RESULT"],
    [
      "a payment whose receipt could not be shaped",
      { ...call, results: { ...results, process_payment: { error: true, status: "processing_error" } } },
      "MISSING_PAYMENT_RESULT",
    ],
    ["no reservation", { ...call, results: { ...results, update_inventory: null } }, "MISSING_INVENTORY_RESULT"],
    [
      "a payment of another amount",
      { ...call, results: { ...results, process_payment: { ...PAYMENT_RESULT, amount_charged: 1 } } },
      "ORDER_VALIDATION_FAILED",
    ],
    [
      "nothing reserved",
      { ...call, results: { ...results, update_inventory: { ...INVENTORY_RESULT, updated_products: [] } } },
      "ORDER_VALIDATION_FAILED",
    ],
  ])("%s", async (_case, given, code) => {
    const { orders, handler } = openStore();
    expect(await failureOf(handler, given)).toEqual({ permanent: code });
    expect(orders.orders).toEqual([]);
  });
});

test("a store that cannot write now is worth another attempt", async () => {
  expect(await failureOf(openStore(["unavailable"]).handler, call)).toEqual({ retryable: true, retryAfter: null });
});

test("an order that cannot be shaped completes the step, marked", async () => {
  const far: Clock = { ...clock, now: () => Date.parse("9999-12-31T00:00:00Z") };
  const orders = new OrderStore();
  const stored = await handleStep(new CreateOrderHandler(null, { orders, clock: far }), call);
  expect(stored).toEqual(PROCESSING_FAILED);
  expect(orders.orders).toHaveLength(1);
});
