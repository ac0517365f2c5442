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
import { type Cents, formatCents, fromCents, toCents } from "../money.ts";
import { readOrder } from "../order-context.ts";
import type { Charge, PaymentGateway, Receipt } from "../services/payment-gateway.ts";
import type { ShopServices } from "../services/shop-services.ts";
import { PaymentResult } from "../step-results.ts";

const DECLINES: readonly string[] = ["insufficient_funds", "card_declined", "invalid_card"];
/** The request itself is at fault: the same call fails again, with the gateway's own code. */
const REFUSALS: readonly string[] = ["invalid_request", "authentication_failed"];
const RATE_LIMIT_WAIT_SECONDS = 30;

/** Charges the customer, once, whatever happens around it. */
export class ProcessPaymentHandler extends StepHandler {
  readonly #gateway: PaymentGateway;

  constructor(config: JsonObject | null, services: Pick<ShopServices, "gateway">) {
    super(config);
    this.#gateway = services.gateway;
  }

  override async process(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<Receipt> {
    const answer = await this.#gateway.charge(readCharge(task, sequence, step), step.signal);
    if (answer.ok) return answer.value;
    throw toStepError(answer.reason, answer.message);
  }

  override processResults(step: StepExecution, receipt: Receipt): void {
    storeResults(step, PaymentResult, () => ({
      payment_id: receipt.paymentId,
      amount_charged: fromCents(receipt.amountCents),
      currency: receipt.currency,
      payment_method_type: receipt.method,
      transaction_id: receipt.transactionId,
      status: "completed" as const,
    }));
  }
}

function readCharge(task: TaskView, sequence: StepSequence, step: StepExecution): Charge {
  const payment = readOrder(task).payment_info;
  if (!payment?.method) {
    throw new PermanentError("payment_info.method is missing", { errorCode: "MISSING_PAYMENT_METHOD" });
  }
  if (!payment.token) {
    throw new PermanentError("payment_info.token is missing", { errorCode: "MISSING_PAYMENT_TOKEN" });
  }
  const cart = readResults(sequence, "validate_cart", z.looseObject({ total: z.number() }), "MISSING_CART_TOTAL");
  const total = toCents(cart.total);
  checkAmount(payment.amount ?? null, total, payment.currency);
  return {
    // The step's id, not the attempt's: a second attempt after a lost answer must find the first one's charge.
    idempotencyKey: `step-${step.stepId}`,
    amountCents: total,
    currency: payment.currency,
    method: payment.method,
    token: payment.token,
  };
}

function checkAmount(offered: number | null, total: Cents, currency: string): void {
  if (offered !== null && toCents(offered) === total) return;
  throw new PermanentError(
    `payment_info.amount is ${offered === null ? "missing" : offered}, expected ${formatCents(total, currency)}`,
    { errorCode: "PAYMENT_AMOUNT_MISMATCH", context: { offered, expected: fromCents(total) } },
  );
}

function toStepError(reason: string, message: string): PermanentError | RetryableError {
  const context = { reason };
  if (DECLINES.includes(reason)) {
    return new PermanentError(`Payment declined: ${message}`, { errorCode: "PAYMENT_DECLINED", context });
  }
  if (REFUSALS.includes(reason)) {
    return new PermanentError(`Payment refused: ${message}`, { errorCode: reason.toUpperCase(), context });
  }
  // service_unavailable, timeout, network_error, and whatever the gateway may answer one day.
  const retryAfter = reason === "rate_limited" ? RATE_LIMIT_WAIT_SECONDS : null;
  return new RetryableError(`Payment not made: ${message}`, { retryAfter, context });
}
