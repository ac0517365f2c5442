import { recordAudit } from "../../auth/audit/record-audit.ts";
import { parseId } from "../queries/parse-id.ts";
import { auditEntryOf } from "./audit-entry-of.ts";
import { checkTask } from "./find-for-action.ts";
import { mutation } from "./mutation.ts";

interface SignalInput {
  readonly taskId: string;
  readonly name: string;
  readonly payload?: unknown;
  readonly idempotencyKey?: string;
}

/** Sends a signal to a task. */
export const signalTaskField = mutation<SignalInput>({
  name: "signalTask",
  permission: "tasker.task:signal",
  description: "Tells a task something that one of its steps waits for, or will wait for.",
  gives: "signal",
  input: `taskId: ID!
        """1 to 128 characters."""
        name: String!
        """What the step that takes it stores."""
        payload: JSON
        """Two signals of one task with the same key are one."""
        idempotencyKey: String`,
  perform: async ({ name, payload, idempotencyKey, ...input }, context) => {
    const taskId = parseId("taskId", input.taskId);
    await checkTask(context, "tasker.task:signal", taskId);
    const entry = await auditEntryOf(context, { taskId, action: "task.signal" });
    const { signalId, created } = await context.parts.engine.signal(taskId, name, payload, {
      sender: entry.actor.slice(0, 128),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      alongside: async (transaction, sent) => {
        const details = { task_id: taskId, signal_id: sent.signalId, name };
        await recordAudit(transaction, { ...entry, details });
      },
    });
    const message = created ? `signal ${name} was sent to task ${taskId}` : `signal ${name} had been sent before`;
    return { taskId, stepId: null, signalId, created, outcome: created ? "done" : "already", message, errors: [] };
  },
});
