import type { TaskerEvent } from "tasker";
import { z } from "zod";

const StepFacts = z.object({
  execution_duration: z.number().nullish(),
  error_message: z.string().nullable().default(null),
  error_code: z.string().nullable().default(null),
  retry_available: z.boolean().nullish(),
});

/** What the subscribers read of a step's event. Durations are seconds. */
export type StepFacts = z.infer<typeof StepFacts>;

/** The facts of an event of a step. */
export function stepFactsOf(event: TaskerEvent): StepFacts {
  return StepFacts.parse(event.payload);
}

const TaskFacts = z.object({ failed_steps: z.array(z.string()).default([]) });

/** Names of the steps for which a task has failed. */
export function failedStepsOf(event: TaskerEvent): readonly string[] {
  return TaskFacts.parse(event.payload).failed_steps;
}

const OrderFacts = z.object({ order_value: z.number(), customer_tier: z.string() });

/** What a checkout is about. */
export type OrderFacts = z.infer<typeof OrderFacts>;

/** The facts of the event `checkout.begun`. */
export function orderFactsOf(event: TaskerEvent): OrderFacts {
  return OrderFacts.parse(event.payload);
}

/** The first kind whose words a message has, or `otherwise`; `unknown` if there is no message. */
export function kindOf(message: string | null, kinds: Readonly<Record<string, RegExp>>, otherwise: string): string {
  if (message === null || message === "") return "unknown";
  return Object.entries(kinds).find(([, words]) => words.test(message))?.[0] ?? otherwise;
}
