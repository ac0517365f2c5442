import { z } from "zod";
import { defineEvents } from "./event-definition.ts";
import { attempt, author, backoff, count, failure, flag, move, seconds, text } from "./payload-parts.ts";

const DERIVED = { durability: "derived" } as const;
const duration = { execution_duration: seconds("seconds that the attempt took").nullable() };

/** Events of steps: each but `step.before_handle` tells a committed transition of a step. */
export const STEP_EVENTS = defineEvents(
  { constant: "STEP_EVENTS", category: "step" },
  {
    INITIALIZE_REQUESTED: {
      ...DERIVED,
      name: "step.initialize_requested",
      description: "A first row sets a step to pending.",
      firedWhen: "for rows of other programs: engines write no row for a step that has not started",
      payload: z.strictObject({ ...move, ...author }),
    },
    EXECUTION_REQUESTED: {
      ...DERIVED,
      name: "step.execution_requested",
      description: "An attempt of a step begins, or a wait.",
      firedWhen: "after the commit of the step's move to in_progress, before its handler is called",
      payload: z.strictObject({ ...move, ...attempt }),
    },
    BEFORE_HANDLE: {
      name: "step.before_handle",
      description: "The handler of a step is about to be called.",
      firedWhen: "in the process that calls the handler, after the start is committed",
      durability: "ephemeral",
      payload: z.strictObject({ ...attempt, retry_limit: count("most attempts of the step") }),
    },
    COMPLETED: {
      ...DERIVED,
      name: "step.completed",
      description: "An attempt of a step has succeeded; its results are stored.",
      firedWhen: "after the commit of the step's move to complete",
      payload: z.strictObject({ ...move, ...attempt, ...duration }),
    },
    FAILED: {
      ...DERIVED,
      name: "step.failed",
      description: "An attempt of a step has failed. An attempt that was interrupted, or met an open circuit, has not.",
      firedWhen: "after the commit of the step's move to error",
      payload: z.strictObject({
        ...move,
        ...attempt,
        ...duration,
        ...failure,
        permanent: flag("whether no further attempt could help", false),
        retry_available: flag("whether another attempt comes; null: unknown", true).nullable(),
        ...backoff,
      }),
    },
    RETRY_REQUESTED: {
      ...DERIVED,
      name: "step.retry_requested",
      description: "A step that had failed, or was interrupted, may start again.",
      firedWhen: "after the commit of the step's move from error to pending",
      payload: z.strictObject({
        ...move,
        ...author,
        retry_attempt: count("number that the attempt will have", 2).nullable(),
      }),
    },
    CANCELLED: {
      ...DERIVED,
      name: "step.cancelled",
      description: "A step was ended before it was done.",
      firedWhen: "after the commit of the step's move to cancelled",
      payload: z.strictObject({ ...move, ...author }),
    },
    RESOLVED_MANUALLY: {
      ...DERIVED,
      name: "step.resolved_manually",
      description: "A step counts as done without its handler having succeeded.",
      firedWhen:
        "after the commit of the step's move to resolved_manually, by an operator or by the rules of its template",
      payload: z.strictObject({
        ...move,
        ...author,
        resolution: text("how: resolved, completed, skipped, bypassed, failure_ignored, ...", "completed").nullable(),
      }),
    },
  },
);
