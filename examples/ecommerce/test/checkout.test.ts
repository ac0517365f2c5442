import { answer, type OutcomeScript } from "@example/simulation";
import type { Database, JsonObject } from "tasker";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeEachDatabase } from "../../../packages/tasker/test/support/test-database.ts";
import express from "../orders/express.json" with { type: "json" };
import insufficientFunds from "../orders/insufficient-funds.json" with { type: "json" };
import paymentRecovers from "../orders/payment-recovers.json" with { type: "json" };
import slowGateway from "../orders/slow-gateway.json" with { type: "json" };
import tooManyGrinders from "../orders/too-many-grinders.json" with { type: "json" };
import type { PaymentGateway } from "../src/services/payment-gateway.ts";
import { openShop, type ShopOptions } from "./support/open-shop.ts";
import { CART_RESULT, ORDER, PROCESSING_FAILED } from "./support/test-data.ts";

const ONCE = "in_progress complete";
const TWICE = "in_progress error pending in_progress complete";
const NEVER = "";

describeEachDatabase("a checkout", (open) => {
  let database: Database;
  let shop: Awaited<ReturnType<typeof openShop>> | undefined;

  beforeEach(async () => {
    database = await open();
  });

  afterEach(async () => {
    await shop?.engine.stop();
    shop = undefined;
    await database.close();
  });

  /** Places an order and waits until it has settled. */
  async function place(context: JsonObject = ORDER, options: ShopOptions = {}) {
    shop = await openShop(database, options);
    const { taskId } = await shop.submit(context);
    return { shop, ...(await shop.outcomeOf(taskId)) };
  }

  test("charges, reserves, orders and mails, each step once", async () => {
    const { shop, state, steps, annotations } = await place();
    expect(state).toBe("complete");
    expect(steps).toMatchObject({
      validate_cart: { moves: ONCE, attempts: 1, results: CART_RESULT },
      process_payment: { moves: ONCE, results: { amount_charged: 124.76, status: "completed" } },
      update_inventory: { moves: ONCE, results: { total_items_reserved: 3 } },
      create_order: {
        moves: ONCE,
        results: { status: "confirmed", total_amount: 124.76, estimated_delivery: "2026-03-08", priority: "normal" },
      },
      send_confirmation: { moves: ONCE, results: { email_sent: true, recipient: "customer@example.com" } },
    });
    expect(shop.gateway.receipts).toHaveLength(1);
    expect(shop.mailer.outbox).toMatchObject([{ from: "orders@shop.example" }]);
    expect([shop.inventory.available(1), shop.inventory.available(2)]).toEqual([98, 49]);
    const orderNumber = shop.orders.orders[0]?.orderNumber;
    expect(annotations).toEqual([{ name: "order", annotation: { order_number: orderNumber, total: 124.76 } }]);
  });

  test("goes on from a payment that failed once, without validating the cart again", async () => {
    const { shop, state, steps } = await place(paymentRecovers);
    expect(state).toBe("complete");
    expect(steps).toMatchObject({
      validate_cart: { moves: ONCE, attempts: 1 },
      process_payment: { moves: TWICE, attempts: 2 },
      update_inventory: { moves: ONCE },
      create_order: { moves: ONCE },
      send_confirmation: { moves: ONCE },
    });
    expect(shop.gateway.calls).toBe(2);
    expect(shop.gateway.receipts).toHaveLength(1);
  });

  test("a declined card ends the order at once; nothing behind it starts", async () => {
    const { shop, state, steps } = await place(ORDER, { payment: ["card_declined"] });
    expect(state).toBe("error");
    expect(steps).toMatchObject({
      validate_cart: { moves: ONCE },
      process_payment: { moves: "in_progress error", attempts: 1, retryable: false, code: "PAYMENT_DECLINED" },
      update_inventory: { moves: NEVER },
      create_order: { moves: NEVER },
      send_confirmation: { moves: NEVER },
    });
    expect([shop.gateway.calls, shop.gateway.receipts.length]).toEqual([1, 0]);
    shop.clock.advance(3_600_000);
    expect(shop.gateway.calls).toBe(1);
  });

  test("insufficient funds are a permanent failure", async () => {
    const { state, steps } = await place(insufficientFunds);
    expect(state).toBe("error");
    expect(steps).toMatchObject({ process_payment: { attempts: 1, code: "PAYMENT_DECLINED" } });
  });

  test("more grinders than there are in stock: three attempts, then an error", async () => {
    const { shop, state, steps } = await place(tooManyGrinders);
    expect(state).toBe("error");
    expect(steps).toMatchObject({
      validate_cart: { attempts: 3, moves: "in_progress error pending in_progress error pending in_progress error" },
      process_payment: { moves: NEVER },
    });
    expect(shop.gateway.calls).toBe(0);
  });

  test("a gateway that never answers in time: three attempts, then an error", async () => {
    const { shop, state, steps } = await place(slowGateway);
    expect(state).toBe("error");
    expect(steps).toMatchObject({ process_payment: { attempts: 3 }, update_inventory: { moves: NEVER } });
    expect(shop.gateway.calls).toBe(3);
    expect(shop.gateway.receipts).toEqual([]);
  });

  test("the express order of a premium customer fails fast and has high priority", async () => {
    const { state, steps } = await place(express);
    expect(state).toBe("complete");
    expect(steps).toMatchObject({
      process_payment: { retry_limit: 1 },
      create_order: { retry_limit: 3, results: { priority: "high" } },
      send_confirmation: { retry_limit: 2 },
    });
  });

  test("an express order does not wait for a gateway that is unavailable", async () => {
    const { shop, state, steps } = await place(express, { payment: ["service_unavailable"] });
    expect(state).toBe("error");
    expect(steps).toMatchObject({ process_payment: { moves: "in_progress error", attempts: 1 } });
    expect(shop.gateway.calls).toBe(1);
  });

  test("an express order gives a payment up after 15 seconds", async () => {
    shop = await openShop(database, { giveUpAfterMs: 60_000 });
    const { clock, submit, outcomeOf, gateway } = shop;
    const { taskId } = await submit({ ...slowGateway, priority: "express" });
    while (!clock.timers.includes(clock.now() + 60_000)) await new Promise((turn) => setImmediate(turn));
    clock.advance(15_000);
    const { state, steps } = await outcomeOf(taskId);
    expect(state).toBe("error");
    expect(steps).toMatchObject({ process_payment: { moves: "in_progress error", code: "TASKER_STEP_TIMEOUT" } });
    expect(gateway.receipts).toEqual([]);
  });

  test("a receipt that cannot be read is no reason to charge again; the order stops where it is needed", async () => {
    const loseNumbers = (gateway: PaymentGateway): PaymentGateway => ({
      async charge(charge, signal) {
        const charged = await gateway.charge(charge, signal);
        return charged.ok ? answer({ ...charged.value, transactionId: "" }) : charged;
      },
    });
    const { shop, state, steps } = await place(ORDER, { wrapGateway: loseNumbers });
    expect(state).toBe("error");
    expect(steps).toMatchObject({
      process_payment: { moves: ONCE, results: PROCESSING_FAILED },
      update_inventory: { moves: ONCE },
      create_order: { moves: "in_progress error", code: "MISSING_PAYMENT_RESULT" },
      send_confirmation: { moves: NEVER },
    });
    expect([shop.gateway.calls, shop.gateway.receipts.length]).toEqual([1, 1]);
  });

  describe("what a service recovers from, the order survives", () => {
    const cases: readonly [string, "inventory" | "orders" | "mail", OutcomeScript, string][] = [
      ["an inventory that cannot reserve", "inventory", ["reservation_failed"], "update_inventory"],
      ["a store that cannot write", "orders", ["unavailable"], "create_order"],
      ["a mail server that times out", "mail", ["timeout"], "send_confirmation"],
    ];

    test.each(cases)("%s", async (_case, service, script, failing) => {
      const { shop, state, steps } = await place(ORDER, { [service]: script });
      expect(state).toBe("complete");
      const moves = Object.entries(steps).map(([name, step]) => [name, step.moves]);
      expect(Object.fromEntries(moves)).toEqual({
        validate_cart: ONCE,
        process_payment: ONCE,
        update_inventory: ONCE,
        create_order: ONCE,
        send_confirmation: ONCE,
        [failing]: TWICE,
      });
      expect(shop.gateway.calls).toBe(1);
    });
  });

  test.each([
    ["the gateway", { payment: ["rate_limited"] }, 30],
    ["the mail server", { mail: ["rate_limited"] }, 60],
  ])("waits as long as %s asks for", async (_service, scripts, seconds) => {
    const { shop, taskId, state } = await place(ORDER, scripts);
    expect(state).toBe("complete");
    const [row] = await shop.database.query(
      `select (x.metadata ->> 'backoff_seconds')::float8 as seconds from tasker_workflow_step_transitions x
       join tasker_workflow_steps w using (workflow_step_id) where w.task_id = $1 and x.to_state = 'error'`,
      [taskId],
    );
    expect(row).toEqual({ seconds });
  });
});
