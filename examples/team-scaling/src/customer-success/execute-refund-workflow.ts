import { readResults } from "@example/simulation";
import {
  type ApiResponse,
  ApiStepHandler,
  PermanentError,
  RetryableError,
  type StepExecution,
  type StepSequence,
  type TaskView,
} from "tasker";
import { z } from "zod";
import { readRequest } from "./request-context.ts";
import { Decision, PolicyChecked, Validated } from "./step-results.ts";

const Created = z.object({ task: z.object({ task_id: z.number(), status: z.string() }) });
const Waited = z.object({ payload: Decision });

const PERMANENT_CODES: Readonly<Record<number, string>> = {
  400: "DELEGATION_REFUSED",
  403: "DELEGATION_FORBIDDEN",
  404: "REFUND_WORKFLOW_NOT_FOUND",
};

/** Hands the refund to the payments team's workflow, in another system: a task is created there, not waited for. */
export class ExecuteRefundWorkflowHandler extends ApiStepHandler {
  #correlationId = "";

  override async process(task: TaskView, sequence: StepSequence): Promise<ApiResponse> {
    checkApproval(sequence);
    const { refund_amount, refund_reason } = readRequest(task);
    const { ticket_id, payment_id, customer_email } = readResults(
      sequence,
      "validate_refund_request",
      Validated,
      "REQUEST_NOT_VALIDATED",
    );
    if (payment_id === null) throw new PermanentError("no payment is known", { errorCode: "MISSING_PAYMENT_ID" });
    this.#correlationId = task.correlationId;
    const context = {
      payment_id,
      refund_amount,
      refund_reason,
      ticket_id,
      requested_by: "customer_success",
      correlation_id: task.correlationId,
      ...(customer_email === null ? {} : { customer_email }),
    };
    const request = { namespace: "payments", name: "process_refund", version: "2.1.0", context };
    const response = await this.connection.post("tasks", {
      json: { task: { ...request, source_system: "customer_success" } },
    });
    refuse(response);
    return response;
  }

  override processResults(step: StepExecution, response: ApiResponse): void {
    const created = Created.safeParse(response.body);
    if (!created.success) {
      throw new PermanentError("the other system named no task", { errorCode: "MISSING_DELEGATED_TASK_ID" });
    }
    const { task_id, status } = created.data.task;
    step.results = {
      delegated_task_id: task_id,
      delegated_task_status: status,
      correlation_id: this.#correlationId,
    };
  }
}

/** @throws PermanentError if a manager had to be asked and has not said yes */
function checkApproval(sequence: StepSequence): void {
  const policy = readResults(sequence, "check_refund_policy", PolicyChecked, "POLICY_NOT_CHECKED");
  if (!policy.requires_approval) return;
  const { payload } = readResults(sequence, "get_manager_approval", Waited, "MISSING_APPROVAL");
  if (payload.status === "approved") return;
  throw new PermanentError(`the manager's decision is: ${payload.status}`, {
    errorCode: `APPROVAL_${payload.status.toUpperCase()}`,
  });
}

const Status = z.object({ status: z.string() });

function refuse(response: ApiResponse): void {
  const { status } = response;
  const errorCode = PERMANENT_CODES[status];
  if (errorCode !== undefined) throw new PermanentError(`the payments system answered ${status}`, { errorCode });
  if (status > 299)
    throw new RetryableError(`the payments system answered ${status}`, { retryAfter: retryAfter(response) });
  const said = Status.safeParse(Created.safeParse(response.body).data?.task).data?.status;
  if (said === "failed" || said === "rejected") {
    throw new PermanentError(`the payments system has ${said} the refund`, {
      errorCode: `DELEGATION_${said.toUpperCase()}`,
    });
  }
}

function retryAfter({ headers }: ApiResponse): number | null {
  const seconds = Number(headers["retry-after"] ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : null;
}
