import { z } from "zod";
import { route } from "../route.ts";
import { DependencyAnalysis } from "../shapes/analysis.ts";
import { TaskParams } from "../shapes/common.ts";
import { OffsetQuery, ReferenceTask, ReferenceTaskCreation } from "../shapes/reference/task.ts";

const COMMON = { dialect: "reference", tag: "Tasks" } as const;
const TaskAnswer = z.object({ task: ReferenceTask });

/** Lists tasks. */
export const listTasks = route({
  ...COMMON,
  id: "listTasks",
  method: "GET",
  path: "/tasks",
  summary: "List tasks by any of their columns",
  permission: { resource: "tasker.task", action: "index", on: "list" },
  query: OffsetQuery,
  answer: z.object({ tasks: z.array(ReferenceTask) }),
});

/** Shows a task. */
export const getTask = route({
  ...COMMON,
  id: "getTask",
  method: "GET",
  path: "/tasks/{task_id}",
  summary: "Show a task with its steps and annotations",
  permission: { resource: "tasker.task", action: "show", on: "task" },
  params: TaskParams,
  query: z.strictObject({
    include_dependencies: z.string().max(8).optional().describe("Anything but empty, `0`, `f`, `false`, `off`: yes"),
  }),
  answer: z.object({ task: ReferenceTask.extend({ dependency_analysis: DependencyAnalysis.optional() }) }),
  errors: [404],
});

/** Creates a task. */
export const createTask = route({
  ...COMMON,
  id: "createTask",
  method: "POST",
  path: "/tasks",
  summary: "Create a task",
  description: "409 if there is a task of the same identity already: `task_id` tells which.",
  permission: { resource: "tasker.task", action: "create", on: "body" },
  body: z.object({ task: ReferenceTaskCreation }),
  answer: TaskAnswer,
  statuses: [201],
  errors: [409, 413, 422],
});

function update<const Name extends string>(id: Name, method: "PATCH" | "PUT") {
  return route({
    ...COMMON,
    id,
    method,
    path: "/tasks/{task_id}",
    summary: "Change the reason and the tags of a task",
    permission: { resource: "tasker.task", action: "update", on: "task" },
    params: TaskParams,
    body: z.object({
      task: z.object({ reason: z.string().max(128).optional(), tags: z.array(z.string()).optional() }),
    }),
    answer: TaskAnswer,
    errors: [404, 409, 413, 422],
  });
}

/** Changes a task. */
export const updateTask = update("updateTask", "PATCH");
/** The same by the other method. */
export const putTask = update("putTask", "PUT");

/** Cancels a task. */
export const cancelTask = route({
  ...COMMON,
  id: "cancelTask",
  method: "DELETE",
  path: "/tasks/{task_id}",
  summary: "Cancel a task and its steps that have not ended",
  permission: { resource: "tasker.task", action: "cancel", or: "destroy", on: "task" },
  params: TaskParams,
  answer: z.object({ cancelled: z.literal(true) }),
  errors: [404, 409],
});
