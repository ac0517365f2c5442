import { readResults, storeResults } from "@example/simulation";
import {
  type JsonObject,
  PermanentError,
  RetryableError,
  type StepExecution,
  StepHandler,
  type StepSequence,
  type TaskView,
} from "tasker";
import { z } from "zod";
import { readOrder } from "../order-context.ts";
import type { Mail, SentMail } from "../services/mailer.ts";
import type { ShopServices } from "../services/shop-services.ts";
import { ConfirmationResult, OrderResult } from "../step-results.ts";

const Config = z.strictObject({
  /** Address that the mail comes from. */
  sender: z.string().default("orders@shop.example"),
});

const RATE_LIMIT_WAIT_SECONDS = 60;

/** Mails the customer that the order is confirmed. */
export class SendConfirmationHandler extends StepHandler<z.infer<typeof Config>> {
  readonly #mailer: ShopServices["mailer"];

  constructor(config: JsonObject | null, services: Pick<ShopServices, "mailer">) {
    super(Config.parse(config ?? {}));
    this.#mailer = services.mailer;
  }

  override async process(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<SentMail> {
    const answer = await this.#mailer.send(this.#writeMail(task, sequence, step));
    if (answer.ok) return answer.value;
    if (answer.reason === "invalid_address") {
      throw new PermanentError(`Confirmation not sent: ${answer.message}`, { errorCode: "INVALID_EMAIL" });
    }
    throw new RetryableError(`Confirmation not sent: ${answer.message}`, {
      retryAfter: answer.reason === "rate_limited" ? RATE_LIMIT_WAIT_SECONDS : null,
      context: { reason: answer.reason },
    });
  }

  override processResults(step: StepExecution, mail: SentMail): void {
    storeResults(step, ConfirmationResult, () => ({
      email_sent: true as const,
      recipient: mail.to,
      message_id: mail.messageId,
    }));
  }

  #writeMail(task: TaskView, sequence: StepSequence, step: StepExecution): Mail {
    const customer = readOrder(task).customer_info;
    if (!customer?.email) {
      throw new PermanentError("customer_info.email is missing", { errorCode: "MISSING_CUSTOMER_EMAIL" });
    }
    const order = readResults(sequence, "create_order", OrderResult, "MISSING_ORDER_RESULT");
    return {
      idempotencyKey: `step-${step.stepId}`,
      from: this.config.sender,
      to: customer.email,
      subject: `Your order ${order.order_number}`,
      text: [
        `Hello ${customer.name ?? customer.email},`,
        `we have your order ${order.order_number} over ${order.total_amount.toFixed(2)}.`,
        `It should reach you by ${order.estimated_delivery}.`,
      ].join("\n"),
    };
  }
}
