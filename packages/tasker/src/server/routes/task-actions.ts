import type { TaskActions } from "../../actions/task-actions.ts";
import { cancelTask, pauseTask, rerunTask, resolveTask, resumeTask, retryTask } from "../../api/routes/task-actions.ts";
import { implement, noteOf } from "../http/call.ts";
import { actionReply } from "./action-reply.ts";

type Named = "retryTask" | "cancelTask" | "resolveTask" | "pauseTask" | "resumeTask";

function act(route: typeof retryTask, action: Named & keyof TaskActions) {
  return implement(route, (call) =>
    actionReply(call.parts.engine.actions[action](call.params.task_id, noteOf(call, call.body.reason))),
  );
}

/** Tries all failed steps of a task again. */
export const taskRetry = act(retryTask, "retryTask");
/** Ends a task. */
export const taskCancellation = act(cancelTask, "cancelTask");
/** Closes a failed task. */
export const taskResolution = act(resolveTask, "resolveTask");
/** Has nothing more of a task start. */
export const taskPause = act(pauseTask, "pauseTask");
/** Has a paused task go on. */
export const taskResumption = act(resumeTask, "resumeTask");

/** Does a task again from a step on. */
export const taskRerun = implement(rerunTask, (call) => {
  const { actions } = call.parts.engine;
  const { reason, from_step: step, as_new_task: asNew } = call.body;
  const address = { taskId: call.params.task_id, step };
  const note = noteOf(call, reason);
  return actionReply(asNew ? actions.rerunTask(address, note) : actions.rerunFrom(address, note));
});
