import type { EngineEvent } from "tasker";
import { z } from "zod";

const StepFacts = z.object({
  attempt_number: z.number().default(1),
  execution_duration: z.number().default(0),
  error_message: z.string().nullable().default(null),
  error_code: z.string().nullable().default(null),
  retry_available: z.boolean().default(false),
});

/** What the subscribers read of a step's event. Durations are seconds. */
export type StepFacts = z.infer<typeof StepFacts>;

/** The facts of an event of a step. */
export function stepFactsOf(event: EngineEvent): StepFacts {
  return StepFacts.parse(event.metadata);
}

const TaskFacts = z.object({ failed_steps: z.array(z.string()).default([]) });

/** Names of the steps for which a task has failed. */
export function failedStepsOf(event: EngineEvent): readonly string[] {
  return TaskFacts.parse(event.metadata).failed_steps;
}

/** The first kind whose words a message has, or `otherwise`; `unknown` if there is no message. */
export function kindOf(message: string | null, kinds: Readonly<Record<string, RegExp>>, otherwise: string): string {
  if (message === null || message === "") return "unknown";
  return Object.entries(kinds).find(([, words]) => words.test(message))?.[0] ?? otherwise;
}
