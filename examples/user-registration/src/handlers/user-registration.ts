import { type Annotation, type StepSequence, TaskHandler, type TaskView } from "tasker";
import { z } from "zod";
import { readRegistration } from "../registration-context.ts";

const Timed = z.object({ response_time_ms: z.number() });

/** What of a registration is of interest when it is over. */
export class UserRegistrationHandler extends TaskHandler {
  /** The `registration` annotation: how long each service took, and what doing two things at once has saved. */
  override updateAnnotations(task: TaskView, sequence: StepSequence): readonly Annotation[] {
    const { plan, source } = readRegistration(task).user_info;
    const times = Object.fromEntries(
      sequence.steps.map(({ name, results }) => [name, Timed.safeParse(results).data?.response_time_ms ?? 0]),
    );
    const { setup_billing_profile: billing = 0, initialize_preferences: preferences = 0 } = times;
    const value = {
      service_performance: {
        response_times_ms: times,
        total_ms: Object.values(times).reduce((sum, ms) => sum + ms, 0),
        // Billing and preferences run side by side: the shorter of the two costs no time.
        saved_by_parallelism_ms: Math.min(billing, preferences),
      },
      registration_outcome: "complete",
      plan_type: plan,
      correlation_id: task.correlationId,
      registration_source: source,
    };
    return [{ type: "registration", value }];
  }
}
