import { PermanentError, type TaskView } from "tasker";
import { z } from "zod";

/**
 * What the handlers read from the context. Looser than the template's JSON Schema on purpose: a handler says itself what
 * is missing, with a code of its own, also when a task was created without that schema.
 */
const OrderContext = z.object({
  cart_items: z
    .array(
      z.object({
        product_id: z.int().nullish(),
        quantity: z.number().nullish(),
        price: z.number().nullish(),
        name: z.string().nullish(),
      }),
    )
    .default([]),
  payment_info: z
    .object({
      method: z.string().nullish(),
      amount: z.number().nullish(),
      currency: z.string().default("USD"),
      token: z.string().nullish(),
    })
    .optional(),
  customer_info: z
    .object({
      id: z.union([z.number(), z.string()]).nullish(),
      email: z.string().nullish(),
      name: z.string().nullish(),
      tier: z.string().default("standard"),
    })
    .optional(),
  priority: z.string().default("standard"),
});

/** The context of a `process_order` task as its handlers see it. */
export type OrderContext = z.infer<typeof OrderContext>;

/**
 * Reads the order from the task's context.
 * @throws PermanentError with code `INVALID_ORDER_CONTEXT` if a value has the wrong type
 */
export function readOrder(task: Pick<TaskView, "context">): OrderContext {
  const parsed = OrderContext.safeParse(task.context);
  if (parsed.success) return parsed.data;
  throw new PermanentError(`The order cannot be read: ${z.prettifyError(parsed.error)}`, {
    errorCode: "INVALID_ORDER_CONTEXT",
  });
}
