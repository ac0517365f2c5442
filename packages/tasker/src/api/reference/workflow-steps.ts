import { z } from "zod";
import { route } from "../route.ts";
import { Id, Json, TaskParams } from "../shapes/common.ts";
import { OffsetQuery, ReferenceStep } from "../shapes/reference/task.ts";

const COMMON = { dialect: "reference", tag: "Steps" } as const;
const StepParams = TaskParams.extend({ step_id: Id });
const StepAnswer = z.object({ step: ReferenceStep });

/** Lists the steps of a task. */
export const getStepsByTask = route({
  ...COMMON,
  id: "getStepsByTask",
  method: "GET",
  path: "/tasks/{task_id}/workflow_steps",
  summary: "List the steps of a task by any of their columns",
  permission: { resource: "tasker.workflow_step", action: "index", on: "task" },
  params: TaskParams,
  query: OffsetQuery,
  answer: z.object({ steps: z.array(ReferenceStep) }),
  errors: [404],
});

/** Shows a step. */
export const getStepByTask = route({
  ...COMMON,
  id: "getStepByTask",
  method: "GET",
  path: "/tasks/{task_id}/workflow_steps/{step_id}",
  summary: "Show a step of a task",
  permission: { resource: "tasker.workflow_step", action: "show", on: "task" },
  params: StepParams,
  answer: StepAnswer,
  errors: [404],
});

function update<const Name extends string>(id: Name, method: "PATCH" | "PUT") {
  return route({
    ...COMMON,
    id,
    method,
    path: "/tasks/{task_id}/workflow_steps/{step_id}",
    summary: "Change the retry limit and the inputs of a step",
    permission: { resource: "tasker.workflow_step", action: "update", on: "task" },
    params: StepParams,
    body: z.object({
      workflow_step: z.object({
        retry_limit: z.int().min(1).max(1_000_000).optional(),
        inputs: z.record(z.string(), Json).optional(),
      }),
    }),
    answer: StepAnswer,
    errors: [404, 409, 413, 422],
  });
}

/** Changes a step. */
export const updateStepByTask = update("updateStepByTask", "PATCH");
/** The same by the other method. */
export const putStepByTask = update("putStepByTask", "PUT");

/** Cancels a step. */
export const cancelStepByTask = route({
  ...COMMON,
  id: "cancelStepByTask",
  method: "DELETE",
  path: "/tasks/{task_id}/workflow_steps/{step_id}",
  summary: "Cancel a step that is pending, running or failed",
  permission: { resource: "tasker.workflow_step", action: "cancel", or: "destroy", on: "task" },
  params: StepParams,
  answer: z.object({ cancelled: z.literal(true) }),
  errors: [404, 409],
});
