import {
  type JsonObject,
  PermanentError,
  type StepExecution,
  StepHandler,
  type StepSequence,
  type TaskView,
} from "tasker";
import { sendOnce, storeOnce } from "../src/records.ts";

type Context = { readonly user_id: number };

type Results = {
  readonly fetch_profile: { readonly body: JsonObject };
  readonly rate_profile: { readonly name: string; readonly email: string; readonly missing: readonly string[] };
  readonly open_account: { readonly account_id: string };
};

/** Says how complete a profile is: calculates, and touches nothing. */
export class RateProfileStep extends StepHandler<{ readonly wanted: readonly string[] }> {
  process(_task: TaskView, sequence: StepSequence<Results>): Results["rate_profile"] {
    const { body: profile } = sequence.resultsOf("fetch_profile");
    const { firstName, email } = profile;
    // Nobody can be welcomed without one, and another attempt would find none either.
    if (typeof email !== "string") throw new PermanentError("the profile has no email", { errorCode: "NO_EMAIL" });
    const name = typeof firstName === "string" ? firstName : "customer";
    return { name, email, missing: this.config.wanted.filter((field) => profile[field] === undefined) };
  }
}

/** Writes the account, once. */
export class OpenAccountStep extends StepHandler {
  async process(task: TaskView<Context>, sequence: StepSequence<Results>): Promise<Results["open_account"]> {
    const accountId = `account-${task.context.user_id}`;
    const { name, email, missing } = sequence.resultsOf("rate_profile");
    await storeOnce("accounts", accountId, { name, email, is_complete: missing.length === 0 });
    return { account_id: accountId };
  }
}

/** Welcomes the customer, once. */
export class SendWelcomeStep extends StepHandler {
  async process(_task: TaskView, sequence: StepSequence<Results>, step: StepExecution) {
    const { name, email, missing } = sequence.resultsOf("rate_profile");
    const wish = missing.length === 0 ? "" : ` Please tell us: ${missing.join(", ")}.`;
    await sendOnce(step.stepId, { to: email, subject: `Welcome, ${name}`, text: `Your account is open.${wish}` });
    return { sent_to: email };
  }
}
