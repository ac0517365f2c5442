import { randomBytes } from "node:crypto";
import { PermanentError, type TaskView } from "tasker";
import { z } from "zod";

const RequestContext = z.object({
  ticket_id: z.string().default(""),
  customer_id: z.string().default(""),
  refund_amount: z.number().default(0),
  refund_reason: z.string().default("customer_request"),
  agent_notes: z.string().optional(),
  requires_approval: z.boolean().default(true),
  customer_email: z.string().optional(),
  payment_id: z.string().optional(),
});

/** The context of a customer success `process_refund` task. */
export type RequestContext = z.infer<typeof RequestContext>;

/** Reads the request. @throws PermanentError that names what is missing or wrong */
export function readRequest(task: Pick<TaskView, "context">): RequestContext {
  const parsed = RequestContext.safeParse(task.context);
  if (!parsed.success) throw refused("INVALID_REQUEST", z.prettifyError(parsed.error));
  const request = parsed.data;
  if (request.ticket_id === "") throw refused("MISSING_TICKET_ID", "ticket_id is missing");
  if (request.customer_id === "") throw refused("MISSING_CUSTOMER_ID", "customer_id is missing");
  if (request.refund_amount <= 0) throw refused("MISSING_REFUND_AMOUNT", "refund_amount is missing or not above 0");
  return request;
}

/** Follows a refund through both teams' workflows: `cs-<hex>`. */
export function newCorrelationId(): string {
  return `cs-${randomBytes(8).toString("hex")}`;
}

function refused(errorCode: string, message: string): PermanentError {
  return new PermanentError(message, { errorCode });
}
