import { z } from "zod";
import { Id, Json, Reason, TaskParams } from "./common.ts";

/** What an action on a task needs: why. */
export const ActionBody = z.strictObject({ reason: Reason });

/** A step of a task, by its name or its id. */
export const StepParams = TaskParams.extend({
  step: z.union([Id, z.string().min(1).max(128)]).describe("Name or id of the step"),
});

/** What came of an action; one that cannot be done as things stand is answered with 409. */
export const ActionOutcome = z.object({
  outcome: z.enum(["done", "already"]).describe("`already`: everything is as the action would have made it"),
  action: z.string(),
  task_id: Id,
  step_id: Id.nullable(),
  step_name: z.string().nullable(),
  moved_steps: z.int().describe("Steps that were moved to another state"),
  new_task_id: Id.nullable().describe("The task that a re-run made"),
  message: z.string(),
});

/** What completes a step by hand: its results. */
export const CompletionBody = ActionBody.extend({ results: Json });

/** What changes a step; what is left out stays. */
export const StepEditBody = ActionBody.extend({
  retry_limit: z.int().min(1).max(1_000_000).optional(),
  inputs: Json.optional().describe("Inputs of the step's own; null: none"),
});

/** From which step a re-run begins. */
export const RerunBody = ActionBody.extend({
  from_step: z.union([Id, z.string().min(1).max(128)]),
  as_new_task: z.boolean().default(false).describe("Do what has ended again as a new task"),
});
