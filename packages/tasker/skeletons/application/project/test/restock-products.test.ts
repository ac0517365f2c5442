import assert from "node:assert/strict";
import { test } from "node:test";
import * as handlers from "../tasks/restock-products.ts";
import { runWorkflow } from "./run-workflow.ts";

const run = { template: "tasks/restock-products.yaml", handlers, context: { buyer: "buyers@example.com" } };

test("what runs low is ordered, and the buyer is told", async () => {
  const products = [
    { id: 1, title: "Coffee", stock: 4 },
    { id: 2, title: "Grinder", stock: 20 },
  ];
  const { state, history, steps } = await runWorkflow({ ...run, answers: { "/products": { products } }, busy: 1 });
  const { find_low_stock: found, store_purchases: stored, tell_buyer: told } = steps;
  assert.equal(state, "complete", history.join("\n"));
  assert.deepEqual(found?.results, { purchases: [{ product_id: 1, title: "Coffee", quantity: 96 }] });
  assert.deepEqual([stored?.results, told?.results], [{ stored: 1 }, { told: true }]);
});

test("nobody is told of nothing", async () => {
  const { state, steps } = await runWorkflow({ ...run, answers: { "/products": { products: [] } } });
  const { tell_buyer: told } = steps;
  assert.deepEqual([state, told?.results], ["complete", { told: false }]);
});
