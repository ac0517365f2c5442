import { z } from "zod";

/** Amounts in results are numbers with at most two decimals, as in the context. */
const amount = z.number().nonnegative();

export const CartResult = z.object({
  validated_items: z
    .array(
      z.object({
        product_id: z.int(),
        name: z.string(),
        price: amount,
        quantity: z.int().positive(),
        line_total: amount,
      }),
    )
    .min(1),
  subtotal: amount,
  tax: amount,
  shipping: amount,
  total: amount,
  item_count: z.int().positive(),
});

export const PaymentResult = z.object({
  payment_id: z.string().min(1),
  amount_charged: amount,
  currency: z.string().length(3),
  payment_method_type: z.string().min(1),
  transaction_id: z.string().min(1),
  status: z.literal("completed"),
});

export const InventoryResult = z.object({
  updated_products: z.array(
    z.object({
      product_id: z.int(),
      name: z.string(),
      previous_stock: z.int(),
      new_stock: z.int(),
      quantity_reserved: z.int().positive(),
      reservation_id: z.string().min(1),
    }),
  ),
  total_items_reserved: z.int().positive(),
  inventory_changes: z.array(
    z.object({
      product_id: z.int(),
      change_type: z.literal("reservation"),
      quantity: z.int().negative(),
      reservation_id: z.string().min(1),
    }),
  ),
});

export const OrderResult = z.object({
  order_id: z.int().positive(),
  order_number: z.string().regex(/^ORD-\d{8}-[0-9A-F]{8}$/),
  status: z.literal("confirmed"),
  total_amount: amount,
  customer_email: z.string(),
  /** `YYYY-MM-DD`. */
  estimated_delivery: z.iso.date(),
  priority: z.enum(["normal", "high"]),
});

export const ConfirmationResult = z.object({
  email_sent: z.literal(true),
  recipient: z.string(),
  message_id: z.string().min(1),
});
