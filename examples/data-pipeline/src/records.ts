import { z } from "zod";

/** An order as the warehouse has it. Amounts are whole cents. */
export const OrderRecord = z.object({
  order_id: z.int(),
  user_id: z.int().nullable(),
  /** `YYYY-MM-DD`. */
  ordered_on: z.iso.date(),
  status: z.enum(["completed", "refunded"]),
  lines: z.array(z.object({ product_id: z.int(), quantity: z.int().positive(), amount_cents: z.int() })),
});
export type OrderRecord = z.infer<typeof OrderRecord>;

/** A user as the CRM has it. */
export const UserRecord = z.object({
  user_id: z.int(),
  name: z.string(),
  email: z.string().nullable(),
  tier: z.enum(["premium", "standard"]),
});
export type UserRecord = z.infer<typeof UserRecord>;

/** A product as the inventory system has it. */
export const ProductRecord = z.object({
  product_id: z.int(),
  name: z.string(),
  category: z.string().nullable(),
  /** How often its page was seen in the period. */
  views: z.int().nonnegative(),
});
export type ProductRecord = z.infer<typeof ProductRecord>;
