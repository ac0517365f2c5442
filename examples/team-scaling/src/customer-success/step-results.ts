import { z } from "zod";

export const Validated = z.object({
  ticket_id: z.string(),
  tier: z.enum(["premium", "standard", "basic"]),
  payment_id: z.string().nullable(),
  customer_email: z.string().nullable(),
});

export const PolicyChecked = z.object({ policy: z.string(), requires_approval: z.boolean() });

/** What the signal `manager_decision` carries. */
export const Decision = z.object({ status: z.enum(["approved", "denied", "expired"]), manager: z.string().optional() });

export const Delegated = z.object({
  delegated_task_id: z.number(),
  delegated_task_status: z.string(),
  correlation_id: z.string(),
});
