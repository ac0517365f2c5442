import type { JsonObject } from "tasker";
import { expect } from "vitest";
import order from "../../order.json" with { type: "json" };

/** The order of the example: 2 of Widget A, 1 of Widget B. */
export const ORDER: JsonObject = order;

/** The order, paid with another token. */
export function orderPaidWith(token: string): JsonObject {
  return { ...order, payment_info: { ...order.payment_info, token } };
}

export const CART_RESULT = {
  validated_items: [
    { product_id: 1, name: "Widget A", price: 29.99, quantity: 2, line_total: 59.98 },
    { product_id: 2, name: "Widget B", price: 49.99, quantity: 1, line_total: 49.99 },
  ],
  subtotal: 109.97,
  tax: 8.8,
  shipping: 5.99,
  total: 124.76,
  item_count: 3,
};

export const PAYMENT_RESULT = {
  payment_id: "pay_1",
  amount_charged: 124.76,
  currency: "USD",
  payment_method_type: "credit_card",
  transaction_id: "txn_step-11",
  status: "completed",
};

export const INVENTORY_RESULT = {
  updated_products: [
    {
      product_id: 1,
      name: "Widget A",
      previous_stock: 100,
      new_stock: 98,
      quantity_reserved: 2,
      reservation_id: "res_step-11_1",
    },
    {
      product_id: 2,
      name: "Widget B",
      previous_stock: 50,
      new_stock: 49,
      quantity_reserved: 1,
      reservation_id: "res_step-11_2",
    },
  ],
  total_items_reserved: 3,
  inventory_changes: [
    { product_id: 1, change_type: "reservation", quantity: -2, reservation_id: "res_step-11_1" },
    { product_id: 2, change_type: "reservation", quantity: -1, reservation_id: "res_step-11_2" },
  ],
};

export const ORDER_RESULT = {
  order_id: 1,
  order_number: "ORD-20260301-0A1B2C3D",
  status: "confirmed",
  total_amount: 124.76,
  customer_email: "customer@example.com",
  estimated_delivery: "2026-03-08",
  priority: "normal",
};

/** What a step stores when its work is done but cannot be described. */
export const PROCESSING_FAILED = {
  error: true,
  error_code: "RESULT_PROCESSING_FAILED",
  error_message: expect.any(String),
  status: "processing_error",
};
