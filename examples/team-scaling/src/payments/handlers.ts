import { readResults, withServices } from "@example/simulation";
import {
  type JsonObject,
  PermanentError,
  type StepExecution,
  StepHandler,
  type StepSequence,
  type TaskView,
} from "tasker";
import { z } from "zod";
import { judgeStatus } from "../judge-status.ts";
import type { PaymentsServices } from "./payments-services.ts";
import { readRefund } from "./refund-context.ts";

const Validated = z.object({ payment_validated: z.literal(true), payment_id: z.string(), refund_amount: z.number() });
const Processed = z.object({ refund_processed: z.literal(true), refund_id: z.string() });
const Recorded = z.object({ records_updated: z.literal(true), audit_id: z.string() });

/** A step of the payments team. */
abstract class PaymentsHandler extends StepHandler {
  protected readonly services: PaymentsServices;

  constructor(config: JsonObject | null, services: PaymentsServices) {
    super(config);
    this.services = services;
  }
}

/** Asks the gateway whether the payment can be given back. */
class ValidatePaymentEligibilityHandler extends PaymentsHandler {
  override async process(task: TaskView): Promise<z.infer<typeof Validated>> {
    const { payment_id, refund_amount } = readRefund(task);
    judgeStatus(await this.services.eligibilityOf(payment_id), {
      what: `payment ${payment_id}`,
      pass: ["eligible"],
      permanent: { ineligible: "PAYMENT_INELIGIBLE", insufficient_funds: "INSUFFICIENT_FUNDS" },
    });
    return { payment_validated: true, payment_id, refund_amount };
  }
}

/** Has the gateway give the money back, once. */
class ProcessGatewayRefundHandler extends PaymentsHandler {
  override async process(task: TaskView, sequence: StepSequence, step: StepExecution) {
    const { payment_id, refund_amount } = readRefund(task);
    const validated = readResults(sequence, "validate_payment_eligibility", Validated, "PAYMENT_NOT_VALIDATED");
    if (validated.refund_amount !== refund_amount) {
      throw new PermanentError(`${validated.refund_amount} was validated, ${refund_amount} is asked for`, {
        errorCode: "REFUND_AMOUNT_MISMATCH",
      });
    }
    const { status, refund } = await this.services.refund(`step-${step.stepId}`, payment_id, refund_amount);
    judgeStatus(status, {
      what: `refund of ${payment_id}`,
      pass: ["processed", "completed"],
      permanent: {
        failed: "REFUND_FAILED",
        insufficient_funds: "INSUFFICIENT_FUNDS",
        invalid_payment: "INVALID_PAYMENT",
        already_refunded: "ALREADY_REFUNDED",
        connection_failed: "GATEWAY_CONNECTION_FAILED",
        authentication_failed: "GATEWAY_AUTH_FAILED",
      },
      retryAfter: { rate_limited: 30 },
    });
    return { refund_processed: true, refund_id: refund?.refundId ?? null, amount: refund_amount };
  }
}

/** Writes the refund into the books. */
class UpdatePaymentRecordsHandler extends PaymentsHandler {
  override async process(_task: TaskView, sequence: StepSequence) {
    const { refund_id } = readResults(sequence, "process_gateway_refund", Processed, "REFUND_NOT_PROCESSED");
    const { status, auditId } = await this.services.record(refund_id);
    judgeStatus(status, { what: "records", pass: ["recorded"], permanent: { failed: "RECORD_UPDATE_FAILED" } });
    if (auditId === undefined || auditId === "") {
      throw new PermanentError("the records gave no audit id", { errorCode: "MISSING_AUDIT_ID" });
    }
    return { records_updated: true, audit_id: auditId };
  }
}

/** Tells the customer that the money is on its way. */
class NotifyCustomerHandler extends PaymentsHandler {
  override async process(task: TaskView, sequence: StepSequence, step: StepExecution) {
    readResults(sequence, "update_payment_records", Recorded, "RECORDS_NOT_UPDATED");
    const { customer_email } = readRefund(task);
    if (customer_email === "") {
      throw new PermanentError("customer_email is missing", { errorCode: "MISSING_CUSTOMER_EMAIL" });
    }
    const { status, trackingId } = await this.services.mail(`step-${step.stepId}`, customer_email);
    judgeStatus(status, { what: `mail to ${customer_email}`, pass: ["sent"], permanent: {} });
    if (trackingId === undefined || trackingId === "") {
      throw new PermanentError("the mail system gave no tracking id", { errorCode: "MISSING_TRACKING_ID" });
    }
    return { customer_notified: true, tracking_id: trackingId };
  }
}

/** The handlers that `payments.yaml` names, working with these services. */
export function createPaymentsHandlers(services: PaymentsServices) {
  return {
    ValidatePaymentEligibilityHandler: withServices(ValidatePaymentEligibilityHandler, services),
    ProcessGatewayRefundHandler: withServices(ProcessGatewayRefundHandler, services),
    UpdatePaymentRecordsHandler: withServices(UpdatePaymentRecordsHandler, services),
    NotifyCustomerHandler: withServices(NotifyCustomerHandler, services),
  };
}
