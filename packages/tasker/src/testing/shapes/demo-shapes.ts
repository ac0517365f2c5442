import { defineShape, type Shape } from "./shape.ts";

// The workflows that the reference engine ships as demonstrations: graphs, limits and contexts, not their business rules.

/** `ecommerce/order_processing` 1.0.1. */
export function orderProcessing(): Shape {
  return defineShape(
    "order_processing",
    {
      validate_cart: [],
      check_inventory: ["validate_cart"],
      calculate_pricing: ["check_inventory"],
      create_order: ["calculate_pricing"],
    },
    {
      namespace: "ecommerce",
      version: "1.0.1",
      contextSchema: { type: "object", required: ["cart_id"], properties: { cart_id: { type: "integer" } } },
      context: { cart_id: 1 },
      stepSettings: { create_order: { retryLimit: 2 } },
    },
  );
}

/** `inventory/stock_management` 1.0.1. */
export function stockManagement(): Shape {
  return defineShape(
    "stock_management",
    { monitor_stock_levels: [], identify_low_stock: ["monitor_stock_levels"] },
    {
      namespace: "inventory",
      version: "1.0.1",
      contextSchema: { type: "object", required: ["threshold"], properties: { threshold: { type: "integer" } } },
      context: { threshold: 10 },
    },
  );
}

/** `customer/user_onboarding` 1.0.1. */
export function userOnboarding(): Shape {
  const text = { type: "string" };
  return defineShape(
    "user_onboarding",
    { validate_registration_data: [], check_duplicate_user: ["validate_registration_data"] },
    {
      namespace: "customer",
      version: "1.0.1",
      contextSchema: {
        type: "object",
        required: ["email", "username"],
        properties: { email: text, username: text, firstName: text, lastName: text },
      },
      context: { email: "ada@example.com", username: "ada", firstName: "Ada", lastName: "Lovelace" },
    },
  );
}
