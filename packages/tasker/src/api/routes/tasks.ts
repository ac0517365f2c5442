import { z } from "zod";
import { route } from "../route.ts";
import { TaskParams } from "../shapes/common.ts";
import { TaskCreated, TaskCreation } from "../shapes/submission.ts";
import { TaskDetails, TaskListQuery, TaskPage } from "../shapes/task.ts";

/** Lists tasks. */
export const listTasks = route({
  id: "listTasks",
  method: "GET",
  path: "/v1/tasks",
  tag: "Tasks",
  summary: "List tasks, newest first",
  description:
    "A page may have fewer tasks than asked for, or none, and not be the last: go on while there is a `next_cursor`.",
  permission: { resource: "tasker.task", action: "index", on: "list" },
  query: TaskListQuery,
  answer: TaskPage,
});

/** Shows a task. */
export const getTask = route({
  id: "getTask",
  method: "GET",
  path: "/v1/tasks/{task_id}",
  tag: "Tasks",
  summary: "Show everything about a task",
  description:
    "The first 1,000 things of each kind; `truncated` says of what there is more. Inputs and results of 8 MB in all; steps that " +
    "are beyond say that theirs are `left_out`.",
  permission: { resource: "tasker.task", action: "show", on: "task" },
  params: TaskParams,
  answer: TaskDetails,
  errors: [404],
});

/** Creates a task. */
export const createTask = route({
  id: "createTask",
  method: "POST",
  path: "/v1/tasks",
  tag: "Tasks",
  summary: "Create a task",
  description:
    "With the header `Idempotency-Key`, a request that is sent again gives the task of the first one: 200 instead of 201. " +
    "Keys count within a template. With another context, version, priority or other steps to bypass, 422.",
  permission: { resource: "tasker.task", action: "create", on: "body" },
  body: TaskCreation,
  answer: TaskCreated,
  statuses: [201, 200],
  errors: [413, 422],
});

/** Creates tasks, all of them or none. */
export const createTasks = route({
  id: "createTasks",
  method: "POST",
  path: "/v1/tasks/batch",
  tag: "Tasks",
  summary: "Create up to 1,000 tasks, all of them or none",
  permission: { resource: "tasker.task", action: "create", on: "body" },
  body: z.strictObject({
    tasks: z
      .array(TaskCreation.extend({ idempotency_key: z.string().min(1).max(1_024).optional() }))
      .min(1)
      .max(1_000),
  }),
  answer: z.object({ tasks: z.array(TaskCreated) }),
  statuses: [201],
  errors: [413, 422],
});
