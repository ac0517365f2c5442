import { route } from "../route.ts";
import { PageQuery, TaskParams } from "../shapes/common.ts";
import { OperatorActionPage, TransitionPage } from "../shapes/step.ts";

/** Lists the transitions of a task and its steps. */
export const listTransitions = route({
  id: "listTransitions",
  method: "GET",
  path: "/v1/tasks/{task_id}/transitions",
  tag: "Tasks",
  summary: "List every move of a task and of its steps, the oldest first",
  permission: { resource: "tasker.task", action: "show", on: "task" },
  params: TaskParams,
  query: PageQuery,
  answer: TransitionPage,
  errors: [404],
});

/** Lists what operators did to a task. */
export const listActions = route({
  id: "listActions",
  method: "GET",
  path: "/v1/tasks/{task_id}/actions",
  tag: "Tasks",
  summary: "List what operators did to a task and its steps, the oldest first",
  permission: { resource: "tasker.task", action: "show", on: "task" },
  params: TaskParams,
  query: PageQuery,
  answer: OperatorActionPage,
  errors: [404],
});
