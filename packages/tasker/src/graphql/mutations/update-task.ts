import { recordAudit } from "../../auth/audit/record-audit.ts";
import { InvalidRequestError } from "../../errors/index.ts";
import * as Task from "../../models/task/task.ts";
import { parseId } from "../queries/parse-id.ts";
import { auditEntryOf } from "./audit-entry-of.ts";
import { checkTask } from "./find-for-action.ts";
import { mutation } from "./mutation.ts";

interface UpdateInput {
  readonly taskId: string;
  readonly reason?: string;
  readonly tags?: readonly string[];
}

/** Changes what a task says of itself. */
export const updateTaskField = mutation<UpdateInput>({
  name: "updateTask",
  permission: "tasker.task:update",
  description: "Changes the reason and the tags of a task.",
  gives: "task",
  input: `taskId: ID!
        reason: String
        tags: [String!]`,
  perform: async ({ reason, tags, ...input }, context) => {
    const taskId = parseId("taskId", input.taskId);
    await checkTask(context, "tasker.task:update", taskId);
    const changes = { ...(reason === undefined ? {} : { reason }), ...(tags === undefined ? {} : { tags: [...tags] }) };
    if (Object.keys(changes).length === 0) {
      const expected = "a reason, tags, or both";
      throw new InvalidRequestError(`nothing is to change, expected ${expected}`, { context: { field: "", expected } });
    }
    const { database, clock } = context.parts;
    const entry = await auditEntryOf(context, { taskId, action: "task.update", details: changes });
    await database.transaction(async (transaction) => {
      await Task.update(transaction, taskId, changes, new Date(clock.now()));
      await recordAudit(transaction, entry);
    });
    return { taskId, stepId: null, outcome: "done", message: `task ${taskId} was changed`, errors: [] };
  },
});
