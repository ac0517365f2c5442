import { parseId } from "../queries/parse-id.ts";
import { checkTask } from "./find-for-action.ts";
import { mutation } from "./mutation.ts";
import { operatorNote } from "./operator-note.ts";

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
    const sender = operatorNote(context, name).actor.slice(0, 128);
    const { signalId, created } = await context.parts.engine.signal(taskId, name, payload, {
      sender,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    const message = created ? `signal ${name} was sent to task ${taskId}` : `signal ${name} had been sent before`;
    return { taskId, stepId: null, signalId, created, outcome: created ? "done" : "already", message, errors: [] };
  },
});
