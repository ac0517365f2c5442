import { type ApiResponse, PermanentError, type StepExecution, type StepSequence, type TaskView } from "tasker";
import { z } from "zod";
import { type RegistrationContext, readRegistration } from "../registration-context.ts";
import { readAnswer, ServiceHandler } from "./service-handler.ts";

const Account = z.object({ user_id: z.string().min(1), email: z.string() });
const KnownUser = z.object({ email: z.string(), name: z.string(), plan: z.string() });

/** Creates the account. One that is there already counts as created if it is the same person's, with the same plan. */
export class CreateUserAccountHandler extends ServiceHandler {
  override async process(task: TaskView, _sequence: StepSequence, step: StepExecution): Promise<ApiResponse> {
    const { user_info: user } = readRegistration(task);
    const created = await this.send(task, step, "POST", "", { json: user });
    if (created.status !== 409) return created;
    // Of an attempt whose answer was lost, or of somebody else: only the service knows.
    const known = await this.send(task, step, "GET", "", { params: { email: user.email } });
    if (known.status === 200) checkSame(known, user);
    return known;
  }

  override processResults(step: StepExecution, response: ApiResponse): void {
    const { user_id, email } = readAnswer(response, Account, "user_id");
    const status = response.status === 201 ? "created" : "already_exists";
    step.results = { user_id, email, status, response_time_ms: this.responseTimeMs };
  }
}

function checkSame(response: ApiResponse, user: RegistrationContext["user_info"]): void {
  const known = KnownUser.safeParse(response.body).data;
  if (known?.email === user.email && known.name === user.name && known.plan === user.plan) return;
  throw new PermanentError(`${user.email} is another user's address`, { errorCode: "USER_CONFLICT" });
}
