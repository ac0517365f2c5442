import { readResults, withServices } from "@example/simulation";
import { type JsonObject, StepHandler, type StepSequence, type TaskView } from "tasker";
import type { z } from "zod";
import { judgeStatus } from "../judge-status.ts";
import { ExecuteRefundWorkflowHandler } from "./execute-refund-workflow.ts";
import { readRequest } from "./request-context.ts";
import { Delegated, type PolicyChecked, Validated } from "./step-results.ts";
import type { SupportDesk } from "./support-desk.ts";

/** A step of the customer success team. */
abstract class DeskHandler extends StepHandler {
  protected readonly desk: SupportDesk;

  constructor(config: JsonObject | null, desk: SupportDesk) {
    super(config);
    this.desk = desk;
  }
}

/** Looks whether the ticket is one that a refund can be asked for in. */
class ValidateRefundRequestHandler extends DeskHandler {
  override async process(task: TaskView): Promise<z.infer<typeof Validated>> {
    const request = readRequest(task);
    const { status, ticket } = await this.desk.find(request.ticket_id);
    judgeStatus(status, {
      what: `ticket ${request.ticket_id}`,
      pass: ["open", "in_progress"],
      permanent: {
        closed: "TICKET_CLOSED",
        cancelled: "TICKET_CANCELLED",
        duplicate: "TICKET_DUPLICATE",
        not_found: "TICKET_NOT_FOUND",
        authentication_failed: "DESK_AUTH_FAILED",
      },
    });
    return {
      ticket_id: request.ticket_id,
      tier: ticket?.tier ?? "basic",
      payment_id: request.payment_id ?? ticket?.paymentId ?? null,
      customer_email: request.customer_email ?? ticket?.customerEmail ?? null,
    };
  }
}

/** Asks the policy. Whoever asks for an approval may do without it where the policy does. */
class CheckRefundPolicyHandler extends DeskHandler {
  override async process(task: TaskView, sequence: StepSequence): Promise<z.infer<typeof PolicyChecked>> {
    const { refund_amount, requires_approval } = readRequest(task);
    const { tier } = readResults(sequence, "validate_refund_request", Validated, "REQUEST_NOT_VALIDATED");
    const { status, requiresApproval } = await this.desk.policyFor(tier, refund_amount);
    judgeStatus(status, {
      what: `policy for ${tier} and ${refund_amount} cents`,
      pass: ["approved", "conditional_approval"],
      permanent: { denied: "REFUND_POLICY_DENIED" },
    });
    return { policy: status, requires_approval: requires_approval && requiresApproval };
  }
}

/** Closes the ticket: the refund is with the payments team. */
class UpdateTicketStatusHandler extends DeskHandler {
  override async process(task: TaskView, sequence: StepSequence) {
    const { delegated_task_id } = readResults(sequence, "execute_refund_workflow", Delegated, "REFUND_NOT_DELEGATED");
    const { ticket_id } = readRequest(task);
    const status = await this.desk.resolve(ticket_id);
    judgeStatus(status, {
      what: `ticket ${ticket_id}`,
      pass: ["resolved", "closed"],
      permanent: {
        error: "TICKET_UPDATE_FAILED",
        not_found: "TICKET_NOT_FOUND",
        authentication_failed: "DESK_AUTH_FAILED",
      },
    });
    return { ticket_status: status, delegated_task_id };
  }
}

/** The handlers that `customer-success.yaml` names, working with this desk. */
export function createCustomerSuccessHandlers(desk: SupportDesk) {
  return {
    ValidateRefundRequestHandler: withServices(ValidateRefundRequestHandler, desk),
    CheckRefundPolicyHandler: withServices(CheckRefundPolicyHandler, desk),
    ExecuteRefundWorkflowHandler,
    UpdateTicketStatusHandler: withServices(UpdateTicketStatusHandler, desk),
  };
}
