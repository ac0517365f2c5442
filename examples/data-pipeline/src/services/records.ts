import type { OrderRecord, ProductRecord, UserRecord } from "../records.ts";

const order = (
  order_id: number,
  user_id: number,
  ordered_on: string,
  lines: readonly (readonly [product: number, quantity: number, cents: number])[],
  status: OrderRecord["status"] = "completed",
): OrderRecord => ({
  order_id,
  user_id,
  ordered_on,
  status,
  lines: lines.map(([product_id, quantity, amount_cents]) => ({ product_id, quantity, amount_cents })),
});

/** Six orders of as many days, one of them refunded. */
export const ORDERS: readonly OrderRecord[] = [
  order(1001, 1, "2024-01-15", [[201, 1, 129_99]]),
  order(1002, 2, "2024-01-16", [[202, 2, 59_98]]),
  order(1003, 1, "2024-01-17", [
    [203, 1, 249_00],
    [204, 3, 44_97],
  ]),
  order(1004, 3, "2024-01-18", [[201, 1, 129_99]], "refunded"),
  order(1005, 4, "2024-01-19", [[205, 4, 39_96]]),
  order(1006, 5, "2024-01-20", [[203, 1, 249_00]]),
];

/** Three premium users and two standard ones. */
export const USERS: readonly UserRecord[] = [
  { user_id: 1, name: "Ada Byron", email: "ada@example.com", tier: "premium" },
  { user_id: 2, name: "Bela Kiss", email: "bela@example.com", tier: "standard" },
  { user_id: 3, name: "Cleo Park", email: "cleo@example.com", tier: "premium" },
  { user_id: 4, name: "Dina Roth", email: "dina@example.com", tier: "standard" },
  { user_id: 5, name: "Emil Zorn", email: "emil@example.com", tier: "premium" },
];

/** Five products in three categories. */
export const PRODUCTS: readonly ProductRecord[] = [
  { product_id: 201, name: "Espresso machine", category: "kitchen", views: 40 },
  { product_id: 202, name: "Milk jug", category: "kitchen", views: 50 },
  { product_id: 203, name: "Desk lamp", category: "office", views: 80 },
  { product_id: 204, name: "Notebook", category: "office", views: 20 },
  { product_id: 205, name: "Tea towel", category: "home", views: 10 },
];
