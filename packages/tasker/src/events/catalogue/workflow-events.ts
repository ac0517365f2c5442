import { z } from "zod";
import { defineEvents } from "./event-definition.ts";
import { count, ids, seconds, text, texts } from "./payload-parts.ts";

const ON_REQUEST = { durability: "on_request" } as const;
const reenqueue = {
  reason: text("why: waiting_for_dependencies, processing, has_ready_steps, ...", "waiting_for_dependencies"),
};
const finalization = {
  final_status: text("state that the task comes to", "complete"),
  total_steps: count("steps of the task"),
};

/** Events of a process that works on a task. They are told by that process alone, and kept on request. */
export const WORKFLOW_EVENTS = defineEvents(
  { constant: "WORKFLOW_EVENTS", category: "workflow" },
  {
    TASK_STARTED: {
      ...ON_REQUEST,
      name: "workflow.task_started",
      description: "A process takes up a task.",
      firedWhen: "when a task that was submitted or claimed is in the memory of the process that owns it",
      payload: z.strictObject({
        total_steps: count("steps of the task"),
        remaining_steps: count("steps that are not done"),
      }),
    },
    VIABLE_STEPS_DISCOVERED: {
      ...ON_REQUEST,
      name: "workflow.viable_steps_discovered",
      description: "Steps of a task may start: what they depend on is done.",
      firedWhen: "after the commit of the batch in which they became viable; once for each task of the batch",
      payload: z.strictObject({
        step_ids: ids("ids of the steps"),
        step_names: texts("their names", ["charge_card", "send_receipt"]),
        step_count: count("number of the steps", 2),
        processing_mode: text("always concurrent", "concurrent"),
      }),
    },
    NO_VIABLE_STEPS: {
      ...ON_REQUEST,
      name: "workflow.no_viable_steps",
      description: "A task is not done, and no step of it can start now.",
      firedWhen: "after the commit by which the task is given back or fails",
      payload: z.strictObject({
        reason: text(
          "waiting: for a time or for others; blocked: by steps that have failed; paused: by an operator",
          "waiting",
        ),
        total_steps_checked: count("steps that are not done"),
      }),
    },
    TASK_FINALIZATION_STARTED: {
      ...ON_REQUEST,
      name: "workflow.task_finalization_started",
      description: "Nothing of a task was left to do, and its end was decided upon; `at` is that moment.",
      firedWhen: "after the commit that ends the task, right before workflow.task_finalization_completed",
      payload: z.strictObject(finalization),
    },
    TASK_FINALIZATION_COMPLETED: {
      ...ON_REQUEST,
      name: "workflow.task_finalization_completed",
      description: "The end of a task is written.",
      firedWhen: "after the commit that ends the task",
      payload: z.strictObject({ ...finalization, duration: seconds("seconds since it was decided upon", 0.002) }),
    },
    TASK_REENQUEUE_REQUESTED: {
      ...ON_REQUEST,
      name: "workflow.task_reenqueue_requested",
      description: "A task was given back, to be claimed at once by any process.",
      firedWhen: "after the commit that gives it back: when the process stops",
      payload: z.strictObject(reenqueue),
    },
    TASK_REENQUEUE_DELAYED: {
      ...ON_REQUEST,
      name: "workflow.task_reenqueue_delayed",
      description: "A task was given back, to be claimed later.",
      firedWhen: "after the commit that gives it back",
      payload: z.strictObject({
        ...reenqueue,
        delay_seconds: seconds("seconds until then", 30),
        scheduled_for: text("when it may be claimed, ISO 8601", "2026-01-01T00:00:30.000Z"),
      }),
    },
    TASK_REENQUEUE_FAILED: {
      ...ON_REQUEST,
      name: "workflow.task_reenqueue_failed",
      description:
        "What happened to a task could not be written, nor that it is given back: others find it by its lease.",
      firedWhen: "when a process that stops gives up writing to a database that is away",
      payload: z.strictObject({ ...reenqueue, error: text("what kept it from that", "connection refused") }),
    },
    STEPS_EXECUTION_STARTED: {
      ...ON_REQUEST,
      name: "workflow.steps_execution_started",
      description: "Steps of a task have started together.",
      firedWhen: "after the commit of their starts; once for each task of the batch",
      payload: z.strictObject({
        step_count: count("steps that start", 2),
        processing_mode: text("always concurrent", "concurrent"),
      }),
    },
    STEPS_EXECUTION_COMPLETED: {
      ...ON_REQUEST,
      name: "workflow.steps_execution_completed",
      description: "What attempts of steps of a task came to was written together.",
      firedWhen: "after the commit of their outcomes; once for each task of the batch",
      payload: z.strictObject({
        processed_count: count("attempts that have ended", 2),
        successful_count: count("of these, those that succeeded", 1),
      }),
    },
  },
);
