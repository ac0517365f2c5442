import { answer, type OutcomeScript } from "@example/simulation";
import { expect, test } from "vitest";
import { UpdateInventoryHandler } from "../../src/handlers/update-inventory.ts";
import { Inventory } from "../../src/services/inventory.ts";
import { failureOf, handleStep } from "../support/handle-step.ts";
import { CART_RESULT, INVENTORY_RESULT, PROCESSING_FAILED } from "../support/test-data.ts";

const RETRYABLE = { retryable: true, retryAfter: null };
const call = { results: { validate_cart: CART_RESULT } };

function openInventory(stock: Record<number, number>, script: OutcomeScript = []) {
  const inventory = new Inventory(stock, script);
  return { inventory, handler: new UpdateInventoryHandler(null, { inventory }) };
}

test("reserves every item", async () => {
  const { inventory, handler } = openInventory({ 1: 100, 2: 50 });
  expect(await handleStep(handler, call)).toEqual(INVENTORY_RESULT);
  expect([inventory.available(1), inventory.available(2)]).toEqual([98, 49]);
});

test("a repeated attempt reserves nothing again", async () => {
  const { inventory, handler } = openInventory({ 1: 100, 2: 50 });
  await handleStep(handler, call);
  expect(await handleStep(handler, call)).toEqual(INVENTORY_RESULT);
  expect(inventory.available(1)).toBe(98);
});

test("reserves all or nothing, and succeeds after a delivery", async () => {
  const { inventory, handler } = openInventory({ 1: 100 });
  expect(await failureOf(handler, call)).toEqual(RETRYABLE);
  expect(inventory.available(1)).toBe(100);
  inventory.restock(2, 1);
  expect(await failureOf(handler, call)).toBe("no failure");
  expect(inventory.available(2)).toBe(0);
});

test.each([
  "unavailable",
  "insufficient",
  "reservation_failed",
  "something_new",
])("%s is worth another attempt", async (reason) => {
  expect(await failureOf(openInventory({ 1: 100, 2: 50 }, [reason]).handler, call)).toEqual(RETRYABLE);
});

test.each([
  ["no result", {}],
  ["a result without items", { validate_cart: { ...CART_RESULT, validated_items: [] } }],
  ["a result that could not be shaped", { validate_cart: { error: true } }],
])("%s of validate_cart is a permanent failure", async (_case, results) => {
  expect(await failureOf(openInventory({}).handler, { results })).toEqual({ permanent: "MISSING_VALIDATED_ITEMS" });
});

test("reservations that cannot be shaped complete the step, marked", async () => {
  const inventory = new (class extends Inventory {
    override reserve() {
      return Promise.resolve(answer([]));
    }
  })({});
  const handler = new UpdateInventoryHandler(null, { inventory });
  expect(await handleStep(handler, call)).toEqual(PROCESSING_FAILED);
});
