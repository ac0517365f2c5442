import type { JsonObject, JsonValue } from "tasker";
import { expect, test } from "vitest";
import { ValidateCartHandler } from "../../src/handlers/validate-cart.ts";
import { Catalogue } from "../../src/services/catalogue.ts";
import { createShopServices } from "../../src/services/shop-services.ts";
import { failureOf, handleStep } from "../support/handle-step.ts";
import { CART_RESULT, ORDER, PROCESSING_FAILED } from "../support/test-data.ts";

const handler = (config: JsonObject | null = null) => new ValidateCartHandler(config, createShopServices());
const cart = (...items: JsonValue[]) => ({ context: { ...ORDER, cart_items: items } });
const grinders = (quantity: number) => cart({ product_id: 3, quantity, price: 89 });

test("computes subtotal, tax, shipping and total of the order", async () => {
  expect(await handleStep(handler(), { context: ORDER })).toEqual(CART_RESULT);
});

test.each([
  [1, 5.99],
  [4, 5.99],
  [5, 9.99],
])("ships %i units for %f", async (quantity, shipping) => {
  expect(await handleStep(handler(), grinders(quantity))).toMatchObject({ shipping });
});

test.each([
  [20, 9.99],
  [21, 14.99],
])("ships %i units for %f", async (quantity, shipping) => {
  const call = cart({ product_id: 1, quantity, price: 29.99 });
  expect(await handleStep(handler(), call)).toMatchObject({ shipping });
});

test("takes the tax from its configuration", async () => {
  const stored = await handleStep(handler({ tax_percent: 10 }), cart({ product_id: 3, quantity: 1, price: 89 }));
  expect(stored).toMatchObject({ tax: 8.9, total: 103.89 });
});

test("refuses a configuration key that it does not know", () => {
  expect(() => handler({ tax: 10 })).toThrow(/tax/);
});

test.each<[string, JsonValue[], string]>([
  ["no items", [], "MISSING_CART_ITEMS"],
  ["an item without a product", [{ quantity: 1, price: 1 }], "MISSING_PRODUCT_ID"],
  ["an item without a quantity", [{ product_id: 1, price: 29.99 }], "INVALID_QUANTITY"],
  ["a quantity of 0", [{ product_id: 1, quantity: 0, price: 29.99 }], "INVALID_QUANTITY"],
  ["a quantity of 1.5", [{ product_id: 1, quantity: 1.5, price: 29.99 }], "INVALID_QUANTITY"],
  ["an unknown product", [{ product_id: 99, quantity: 1, price: 1 }], "PRODUCT_NOT_FOUND"],
  ["a product that is no longer sold", [{ product_id: 4, quantity: 1, price: 19.99 }], "PRODUCT_INACTIVE"],
  ["a price that is not the product's", [{ product_id: 1, quantity: 1, price: 9.99 }], "PRICE_MISMATCH"],
  ["a value of the wrong type", [{ product_id: "1", quantity: 1, price: 29.99 }], "INVALID_ORDER_CONTEXT"],
])("%s is a permanent failure", async (_case, items, code) => {
  expect(await failureOf(handler(), cart(...items))).toEqual({ permanent: code });
});

test("a context without cart_items is a permanent failure", async () => {
  expect(await failureOf(handler())).toEqual({ permanent: "MISSING_CART_ITEMS" });
});

test("too little stock is worth another attempt", async () => {
  expect(await failureOf(handler(), grinders(20))).toEqual({ retryable: true, retryAfter: null });
});

test("stock is counted over all lines of a product", async () => {
  const line = { product_id: 3, quantity: 8, price: 89 };
  expect(await failureOf(handler(), cart(line, line))).toEqual({ retryable: true, retryAfter: null });
});

test("results that cannot be shaped leave a marked completion", async () => {
  const negative = new Catalogue([{ id: 3, name: "Broken", priceCents: -8900, active: true }]);
  const broken = new ValidateCartHandler(null, { ...createShopServices(), catalogue: negative });
  expect(await handleStep(broken, cart({ product_id: 3, quantity: 1, price: -89 }))).toEqual(PROCESSING_FAILED);
});
