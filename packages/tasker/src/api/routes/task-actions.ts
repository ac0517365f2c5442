import { route } from "../route.ts";
import { ActionBody, ActionOutcome, RerunBody } from "../shapes/action.ts";
import { TaskParams } from "../shapes/common.ts";

function taskAction<const Id extends string>(id: Id, name: string, summary: string, description = "") {
  return route({
    id,
    method: "POST",
    path: `/v1/tasks/{task_id}/${name}`,
    tag: "Operator actions",
    summary,
    description,
    permission: { resource: "tasker.task", action: name, on: "task" },
    params: TaskParams,
    body: ActionBody,
    answer: ActionOutcome,
    errors: [404, 409],
  });
}

/** Tries all failed steps of a task again. */
export const retryTask = taskAction("retryTask", "retry", "Try all failed steps of a task again at once");

/** Ends a task. */
export const cancelTask = taskAction(
  "cancelTask",
  "cancel",
  "End a task and all its steps that have not ended",
  "Running handlers get the abort signal; what they return is dropped.",
);

/** Closes a failed task. */
export const resolveTask = taskAction("resolveTask", "resolve", "Close a failed task; its steps stay as they are");

/** Has nothing more of a task start. */
export const pauseTask = taskAction("pauseTask", "pause", "Have nothing more of a task start; what runs may end");

/** Has a paused task go on. */
export const resumeTask = taskAction("resumeTask", "resume", "Have a paused task go on");

/** Does a task again from a step on. */
export const rerunTask = route({
  id: "rerunTask",
  method: "POST",
  path: "/v1/tasks/{task_id}/rerun",
  tag: "Operator actions",
  summary: "Do a task again from a step on",
  description:
    "A failed task goes on by itself: the step and those after it that failed have all their attempts again. " +
    "With `as_new_task`, a task that has ended is done again as a new one, which takes over the results of the other steps.",
  permission: { resource: "tasker.task", action: "rerun", on: "task" },
  params: TaskParams,
  body: RerunBody,
  answer: ActionOutcome,
  errors: [404, 409],
});
