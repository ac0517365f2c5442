import type { ActionResult } from "../../actions/action-result.ts";
import type { OperatorNote } from "../../actions/check-request.ts";
import type { TaskActions } from "../../actions/task-actions.ts";
import type { Permission } from "../access/permission.ts";
import { parseId } from "../queries/parse-id.ts";
import type { RootField } from "../schema/root-field.ts";
import { checkTask } from "./find-for-action.ts";
import { mutation } from "./mutation.ts";
import { operatorNote } from "./operator-note.ts";
import { payloadOf } from "./payload.ts";

interface TaskInput {
  readonly taskId: string;
  readonly reason: string;
}

const REASON = `"""Why, for the audit trail: 1 to 2,000 characters."""
        reason: String!`;
const OPTIONAL_REASON = `"""Why, for the audit trail: 1 to 2,000 characters."""
        reason: String! = "by the GraphQL API"`;

function onTask(
  name: string,
  permission: Permission,
  description: string,
  act: (actions: TaskActions, taskId: number, note: OperatorNote) => Promise<ActionResult>,
  reason = REASON,
): RootField {
  return mutation<TaskInput>({
    name,
    permission,
    description,
    gives: "task",
    input: `taskId: ID!\n${reason}`,
    perform: async (input, context) => {
      const taskId = parseId("taskId", input.taskId);
      await checkTask(context, permission, taskId);
      return payloadOf(await act(context.parts.engine.actions, taskId, operatorNote(context, input.reason)));
    },
  });
}

/** What can be done to a task as a whole. */
export const taskActionFields: readonly RootField[] = [
  onTask(
    "cancelTask",
    "tasker.task:cancel",
    "Ends a task, and all its steps that have not ended.",
    (actions, taskId, note) => actions.cancelTask(taskId, note),
    OPTIONAL_REASON,
  ),
  onTask(
    "retryTask",
    "tasker.task:retry",
    "Has all failed steps of a task tried again at once.",
    (actions, taskId, note) => actions.retryTask(taskId, note),
  ),
  onTask(
    "resolveTask",
    "tasker.task:resolve",
    "Closes a failed task. Its steps stay as they are.",
    (actions, taskId, note) => actions.resolveTask(taskId, note),
  ),
  onTask(
    "pauseTask",
    "tasker.task:pause",
    "Has nothing more of a task start until it is resumed.",
    (actions, taskId, note) => actions.pauseTask(taskId, note),
  ),
  onTask("resumeTask", "tasker.task:resume", "Has a paused task go on.", (actions, taskId, note) =>
    actions.resumeTask(taskId, note),
  ),
];
