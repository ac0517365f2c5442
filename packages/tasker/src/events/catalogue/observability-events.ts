import { z } from "zod";
import { defineEvents } from "./event-definition.ts";
import { attempt, backoff, count, failure, text } from "./payload-parts.ts";

/** Events for those who watch the engine. */
export const OBSERVABILITY_EVENTS = defineEvents(
  { constant: "OBSERVABILITY_EVENTS", category: "observability" },
  {
    TASK_ENQUEUE: {
      name: "observability.task.enqueue",
      description: "A task waits to be worked on.",
      firedWhen: "after the commit of a submit, by the process that submitted",
      durability: "on_request",
      payload: z.strictObject({
        priority: z
          .number()
          .int()
          .meta({ description: "the higher goes first", examples: [0] }),
        run_at: text("when it may start at the earliest, ISO 8601", "2026-01-01T00:00:00.000Z"),
      }),
    },
    STEP_BACKOFF: {
      name: "observability.step.backoff",
      description: "A failed step waits for its next attempt.",
      firedWhen: "after the commit of the step's move to error, right after step.failed",
      durability: "derived",
      payload: z.strictObject({ attempt_number: attempt.attempt_number, ...backoff }),
    },
    STEP_MAX_RETRIES_REACHED: {
      name: "observability.step.max_retries_reached",
      description: "A step has failed and has no attempt left.",
      firedWhen: "after the commit of the step's move to error, right after step.failed",
      durability: "derived",
      payload: z.strictObject({
        attempt_number: count("number of the last attempt", 3).nullable(),
        ...failure,
      }),
    },
  },
);
