import type { z } from "zod";
import { route } from "../route.ts";
import { ActionBody, ActionOutcome, CompletionBody, StepEditBody, StepParams } from "../shapes/action.ts";

function stepAction<const Id extends string, Body extends z.ZodType>(
  id: Id,
  action: string,
  summary: string,
  body: Body,
) {
  return route({
    id,
    method: "POST",
    path: `/v1/tasks/{task_id}/steps/{step}/${action}`,
    tag: "Operator actions",
    summary,
    permission: { resource: "tasker.workflow_step", action, on: "task" },
    params: StepParams,
    body,
    answer: ActionOutcome,
    errors: [404, 409],
  });
}

/** Tries a failed step again. */
export const retryStep = stepAction("retryStep", "retry", "Try a failed step again at once", ActionBody);

/** Forgets the attempts of a step. */
export const resetStep = stepAction("resetStep", "reset", "Forget the attempts of a step", ActionBody);

/** Has a step count as done. */
export const resolveStep = stepAction(
  "resolveStep",
  "resolve",
  "Have a step count as done, with the results that it has",
  ActionBody,
);

/** Has a step count as done with given results. */
export const completeStep = stepAction(
  "completeStep",
  "complete",
  "Have a step count as done with these results, which the steps after it read",
  CompletionBody,
);

/** Leaves a step out. */
export const skipStep = stepAction("skipStep", "skip", "Leave out a step whose template says `skippable`", ActionBody);

/** Ends a step. */
export const cancelStep = stepAction(
  "cancelStep",
  "cancel",
  "End a step that is pending, running or failed",
  ActionBody,
);

/** Changes a step. */
export const editStep = route({
  id: "editStep",
  method: "PATCH",
  path: "/v1/tasks/{task_id}/steps/{step}",
  tag: "Operator actions",
  summary: "Change the retry limit or the inputs of a step",
  permission: { resource: "tasker.workflow_step", action: "update", on: "task" },
  params: StepParams,
  body: StepEditBody,
  answer: ActionOutcome,
  errors: [404, 409, 413, 422],
});
