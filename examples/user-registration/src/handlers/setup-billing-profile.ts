import { type ApiResponse, PermanentError, type StepExecution, type StepSequence, type TaskView } from "tasker";
import { z } from "zod";
import { readRegistration } from "../registration-context.ts";
import { readAnswer, ServiceHandler, userIdOf } from "./service-handler.ts";

const Profile = z.object({ profile_id: z.string().min(1), plan: z.string() });

/** Sets up how the user pays. A profile that is there already is the user's: nobody else has this id. */
export class SetupBillingProfileHandler extends ServiceHandler {
  /** Payment required: a plan that costs something, and nothing to pay it with. No retry changes that. */
  protected override readonly codes = { 402: "PAYMENT_METHOD_REQUIRED" };

  override async process(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<ApiResponse> {
    const { user_info, billing_info } = readRegistration(task);
    const { plan } = user_info;
    if (plan !== "free" && billing_info.payment_method === undefined) {
      throw new PermanentError(`the plan ${plan} needs a payment method`, { errorCode: "PAYMENT_METHOD_REQUIRED" });
    }
    const json = { user_id: userIdOf(sequence), plan, ...billing_info };
    return this.send(task, step, "POST", "profiles", { json });
  }

  override acceptResponse({ status }: ApiResponse): boolean {
    return status === 409;
  }

  override processResults(step: StepExecution, response: ApiResponse): void {
    const { profile_id, plan } = readAnswer(response, Profile, "profile_id");
    step.results = { profile_id, plan, response_time_ms: this.responseTimeMs };
  }
}
