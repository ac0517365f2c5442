import { createTask } from "../../api/reference/tasks.ts";
import {
  HandlerNotFoundError,
  InvalidContextError,
  InvalidRequestError,
  UnencodableValueError,
} from "../../errors/index.ts";
import { implement } from "../http/call.ts";
import { refusal } from "./refusal.ts";
import { showTask } from "./show-task.ts";

/** Creates a task. */
export const taskCreation = implement(createTask, async ({ body: { task }, access, parts }) => {
  const { name, context, tags, source_system: sourceSystem, initiator, reason } = task;
  if (name === null || name === undefined || name.trim() === "") {
    return refusal(400, "invalid parameters: requires task name");
  }
  const namespace = task.namespace ?? "default";
  await access.authorize("tasker.task", "create", { namespace });
  const given = { initiator, sourceSystem, reason, tags, version: task.version };
  const request = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  try {
    const { taskId, created } = await parts.engine.submit({ ...request, name, namespace, context }, { stored: true });
    if (created) return { answer: { task: await showTask(parts, taskId) } };
    return refusal(409, { identity: [`task ${taskId} is of the same request`] }, { task_id: taskId });
  } catch (error) {
    if (error instanceof HandlerNotFoundError) return refusal(400, { name: [error.message] });
    if (error instanceof InvalidContextError) return refusal(400, { context: [error.message] });
    if (error instanceof UnencodableValueError) return refusal(422, { context: [error.message] });
    if (!(error instanceof InvalidRequestError)) throw error;
    const { field } = error.context;
    return refusal(422, { [typeof field === "string" ? field : "task"]: [error.message] });
  }
});
