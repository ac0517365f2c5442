import { z } from "zod";
import { defineEvents } from "./event-definition.ts";
import { author, count, move, taskDuration, text, texts } from "./payload-parts.ts";

const DERIVED = { durability: "derived" } as const;

/** Events of tasks: each tells a committed transition of a task. */
export const TASK_EVENTS = defineEvents(
  { constant: "TASK_EVENTS", category: "task" },
  {
    INITIALIZE_REQUESTED: {
      ...DERIVED,
      name: "task.initialize_requested",
      description: "A task was created, or was set back to pending.",
      firedWhen: "after the commit of a submit, by the process that submitted; or of a row that sets the task back",
      payload: z.strictObject({
        ...move,
        ...author,
        initiator: text("who asked for the task; null unless it was created", "web").nullable(),
        source_system: text("system that asked for it", "shop").nullable(),
      }),
    },
    START_REQUESTED: {
      ...DERIVED,
      name: "task.start_requested",
      description: "The first step of a task starts, or one after the task had failed.",
      firedWhen: "after the commit of the task's move to in_progress",
      payload: z.strictObject({ ...move, total_steps: count("steps of the task, at its first start").nullable() }),
    },
    COMPLETED: {
      ...DERIVED,
      name: "task.completed",
      description: "Every step of a task is done.",
      firedWhen: "after the commit of the task's move to complete",
      payload: z.strictObject({
        ...move,
        ...taskDuration,
        total_steps: count("steps of the task").nullable(),
        cancelled_steps: texts("cancelled steps that did not keep it from completing, 100 at most", []),
      }),
    },
    FAILED: {
      ...DERIVED,
      name: "task.failed",
      description: "Nothing of a task can go on: it waits for somebody to act.",
      firedWhen: "after the commit of the task's move to error",
      payload: z.strictObject({
        ...move,
        ...taskDuration,
        error_message: text("what is wrong with the task", "steps_in_error_state").nullable(),
        failed_steps: texts("names of the steps that have failed, 100 at most", ["charge_card"]),
        failed_steps_count: count("number of those", 1).nullable(),
        blocked_steps_count: count("steps that cannot start because of them").nullable(),
        total_steps: count("steps of the task", 5).nullable(),
      }),
    },
    RETRY_REQUESTED: {
      ...DERIVED,
      name: "task.retry_requested",
      description: "A task that had failed goes on.",
      firedWhen: "after the commit of the task's move from error to pending",
      payload: z.strictObject({ ...move, ...author }),
    },
    CANCELLED: {
      ...DERIVED,
      name: "task.cancelled",
      description: "A task was ended before it was done.",
      firedWhen:
        "after the commit of the task's move to cancelled, by an operator or because all that is left was cancelled",
      payload: z.strictObject({
        ...move,
        ...taskDuration,
        ...author,
        cancelled_steps: texts("names of cancelled steps for which it ended, 100 at most", ["ship"]),
      }),
    },
    RESOLVED_MANUALLY: {
      ...DERIVED,
      name: "task.resolved_manually",
      description: "An operator has closed a failed task.",
      firedWhen: "after the commit of the task's move to resolved_manually",
      payload: z.strictObject({ ...move, ...taskDuration, ...author }),
    },
  },
);
