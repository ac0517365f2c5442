import type { ApiResponse, JsonObject, StepExecution, StepSequence, TaskView } from "tasker";
import { z } from "zod";
import { type Plan, readRegistration } from "../registration-context.ts";
import { readAnswer, ServiceHandler, userIdOf } from "./service-handler.ts";

const Sequence = z.object({ sequence_id: z.string().min(1), email_ids: z.array(z.string()).min(1) });

/** The mails that a new user of a plan gets, and after how many hours. */
function mailsOf(plan: Plan): readonly JsonObject[] {
  const welcome = { template: "welcome", after_hours: 0 };
  const tips = { template: "tips", after_hours: 24 };
  if (plan === "pro") return [welcome, { template: "tour", after_hours: 2 }, tips];
  if (plan === "enterprise") return [welcome, { template: "onboarding_call", after_hours: 1 }, tips];
  return [welcome, tips];
}

/** Has the user welcomed: two mails, or three for who pays. */
export class SendWelcomeSequenceHandler extends ServiceHandler {
  protected override readonly rateLimitSeconds = 30;

  override process(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<ApiResponse> {
    const { email, plan } = readRegistration(task).user_info;
    // The step's id, not the attempt's: nobody is welcomed twice.
    const json = { user_id: userIdOf(sequence), email, mails: mailsOf(plan), idempotency_key: `step-${step.stepId}` };
    return this.send(task, step, "POST", "sequences", { json });
  }

  override processResults(step: StepExecution, response: ApiResponse): void {
    const { sequence_id, email_ids } = readAnswer(response, Sequence, "sequence_id");
    step.results = { sequence_id, email_ids, response_time_ms: this.responseTimeMs };
  }
}
