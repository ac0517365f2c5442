import { route } from "../route.ts";
import { StepParams } from "../shapes/action.ts";
import { PageQuery, TaskParams } from "../shapes/common.ts";
import { Step, StepPage } from "../shapes/step.ts";

/** Lists the steps of a task. */
export const listSteps = route({
  id: "listSteps",
  method: "GET",
  path: "/v1/tasks/{task_id}/steps",
  tag: "Tasks",
  summary: "List the steps of a task in the order of their ids",
  description: "A page ends before its limit where inputs and results would be too large together.",
  permission: { resource: "tasker.workflow_step", action: "index", on: "task" },
  params: TaskParams,
  query: PageQuery,
  answer: StepPage,
  errors: [404],
});

/** Shows a step. */
export const getStep = route({
  id: "getStep",
  method: "GET",
  path: "/v1/tasks/{task_id}/steps/{step}",
  tag: "Tasks",
  summary: "Show a step, by its name or its id",
  permission: { resource: "tasker.workflow_step", action: "show", on: "task" },
  params: StepParams,
  answer: Step,
  errors: [404],
});
