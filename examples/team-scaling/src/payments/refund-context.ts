import { PermanentError, type TaskView } from "tasker";
import { z } from "zod";

const RefundContext = z.object({
  payment_id: z.string().default(""),
  refund_amount: z.number().default(0),
  refund_reason: z.string().default("customer_request"),
  customer_email: z.string().default(""),
});

/** The context of a payments `process_refund` task. */
export type RefundContext = z.infer<typeof RefundContext>;

const PAYMENT_ID = /^pay_[A-Za-z0-9]+$/;

/** Reads what is to be given back. @throws PermanentError that names what is missing or wrong */
export function readRefund(task: Pick<TaskView, "context">): RefundContext {
  const parsed = RefundContext.safeParse(task.context);
  if (!parsed.success) throw refused("INVALID_REFUND", z.prettifyError(parsed.error));
  const { payment_id, refund_amount } = parsed.data;
  if (payment_id === "") throw refused("MISSING_PAYMENT_ID", "payment_id is missing");
  if (!PAYMENT_ID.test(payment_id))
    throw refused("INVALID_PAYMENT_ID", `payment_id is ${payment_id}, expected pay_...`);
  if (refund_amount <= 0)
    throw refused("INVALID_REFUND_AMOUNT", `refund_amount is ${refund_amount}, expected more than 0`);
  return parsed.data;
}

function refused(errorCode: string, message: string): PermanentError {
  return new PermanentError(message, { errorCode });
}
