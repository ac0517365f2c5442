import { cancelTask, getTask, listTasks, putTask, updateTask } from "../../api/reference/tasks.ts";
import { recordAudit } from "../../auth/audit/record-audit.ts";
import * as Task from "../../models/task/task.ts";
import { sortedTaskIds } from "../../reading/reference/sorted-ids.ts";
import { auditEntryOf } from "../http/audit-entry-of.ts";
import { implement } from "../http/call.ts";
import { actionReply } from "../routes/action-reply.ts";
import { dependencyAnalysis } from "./dependency-analysis.ts";
import { interfaceNote } from "./interface-note.ts";
import { offsetRequest } from "./offset-request.ts";
import { showTask, showTasks } from "./show-task.ts";

/** What a parameter may be that says no. */
const NO = ["", "0", "f", "false", "off"];

/** Lists tasks. */
export const taskList = implement(listTasks, async ({ query, scope, parts }) => {
  const ids = await sortedTaskIds(parts.database, offsetRequest(query), scope);
  return { answer: { tasks: await showTasks(parts, ids) } };
});

/** Shows a task. */
export const taskDetails = implement(getTask, async ({ params: { task_id: taskId }, query, parts }) => {
  const task = await showTask(parts, taskId);
  if (NO.includes((query.include_dependencies ?? "").toLowerCase())) return { answer: { task } };
  return { answer: { task: { ...task, dependency_analysis: await dependencyAnalysis(parts, taskId) } } };
});

function change(route: typeof updateTask | typeof putTask) {
  return implement(route, async (call) => {
    const { params, body, scope, parts } = call;
    const { reason, tags } = body.task;
    const changes = { ...(reason === undefined ? {} : { reason }), ...(tags === undefined ? {} : { tags }) };
    await parts.database.transaction(async (transaction) => {
      await Task.update(transaction, params.task_id, changes, new Date(parts.clock.now()));
      const deed = { action: "task.update", resource: "tasker.task", resourceId: params.task_id, details: changes };
      const namespace = scope === "all" ? undefined : scope[0];
      await recordAudit(transaction, auditEntryOf(call, { ...deed, namespace }));
    });
    return { answer: { task: await showTask(parts, params.task_id) } };
  });
}

/** Changes a task. */
export const taskChange = change(updateTask);
/** The same by the other method. */
export const taskPut = change(putTask);

/** Cancels a task. */
export const taskCancellation = implement(cancelTask, async (call) => {
  await actionReply(call.parts.engine.actions.cancelTask(call.params.task_id, interfaceNote(call)));
  return { answer: { cancelled: true as const } };
});
