import { PermanentError, type TaskView } from "tasker";
import { z } from "zod";

const CheckoutContext = z.object({
  customer_id: z.int(),
  customer_email: z.string().default(""),
  customer_tier: z.string().default("standard"),
  cart_items: z
    .array(z.object({ sku: z.string(), name: z.string(), price: z.number(), quantity: z.int().positive() }))
    .default([]),
  payment_method: z.string().default(""),
  order_value: z.number().nonnegative().default(0),
});

/** The context of a `monitored_checkout` task. */
export type CheckoutContext = z.infer<typeof CheckoutContext>;

/** Reads the context. @throws PermanentError with code `INVALID_CHECKOUT` if a value is missing or has the wrong type */
export function readCheckout(task: Pick<TaskView, "context">): CheckoutContext {
  const parsed = CheckoutContext.safeParse(task.context);
  if (parsed.success) return parsed.data;
  throw new PermanentError(`the checkout cannot be read: ${z.prettifyError(parsed.error)}`, {
    errorCode: "INVALID_CHECKOUT",
  });
}

/** What monitoring wants to know of a checkout; null if that cannot be read. */
export function glanceAtCheckout(task: Pick<TaskView, "context">): CheckoutContext | null {
  return CheckoutContext.safeParse(task.context).data ?? null;
}
