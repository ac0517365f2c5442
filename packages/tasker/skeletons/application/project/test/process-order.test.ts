import assert from "node:assert/strict";
import { test } from "node:test";
import * as handlers from "../tasks/process-order.ts";
import { runWorkflow } from "./run-workflow.ts";

const run = { template: "tasks/process-order.yaml", handlers, context: { cart_id: 7, email: "ada@example.com" } };

test("an order is priced, stored and confirmed, although the shop is busy at first", async () => {
  const products = [
    { title: "Grinder", price: 300, quantity: 2 },
    { title: "Coffee", price: 9.95, quantity: 1 },
  ];
  const { state, history, steps, events } = await runWorkflow({
    ...run,
    answers: { "/carts/7": { products } },
    busy: 2,
  });
  const { price_order: price, send_confirmation: confirmation } = steps;
  assert.equal(state, "complete", history.join("\n"));
  assert.deepEqual(price?.results, { items: 3, discount: 30.5, total: 579.45 });
  assert.deepEqual(confirmation?.results, { sent_to: "ada@example.com" });
  assert.equal(events.filter(({ name }) => name === "order.stored").length, 1);
});

test("an empty cart, or one that there is not, fails for good", async () => {
  const empty = await runWorkflow({ ...run, answers: { "/carts/7": { products: [] } } });
  const { price_order: price } = empty.steps;
  assert.deepEqual([empty.state, price?.attempts], ["error", 1]);
  const missing = await runWorkflow({ ...run, answers: {} });
  const { fetch_cart: cart } = missing.steps;
  assert.deepEqual([missing.state, cart?.attempts], ["error", 1]);
});
