import type { ActionResult } from "../../actions/action-result.ts";
import type { OperatorNote, StepAddress } from "../../actions/check-request.ts";
import type { TaskActions } from "../../actions/task-actions.ts";
import { parseId } from "../queries/parse-id.ts";
import type { RootField } from "../schema/root-field.ts";
import { checkTask } from "./find-for-action.ts";
import { mutation } from "./mutation.ts";
import { operatorNote } from "./operator-note.ts";
import { payloadOf } from "./payload.ts";

interface RerunInput {
  readonly taskId: string;
  readonly step: string;
  readonly reason: string;
}

function rerun(
  name: string,
  description: string,
  act: (actions: TaskActions, address: StepAddress, note: OperatorNote) => Promise<ActionResult>,
): RootField {
  return mutation<RerunInput>({
    name,
    permission: "tasker.task:rerun",
    description,
    gives: "task",
    input: `taskId: ID!
        """The step to begin with: its name."""
        step: String!
        """Why, for the audit trail: 1 to 2,000 characters."""
        reason: String!`,
    perform: async ({ step, ...input }, context) => {
      const taskId = parseId("taskId", input.taskId);
      await checkTask(context, "tasker.task:rerun", taskId);
      return payloadOf(await act(context.parts.engine.actions, { taskId, step }, operatorNote(context, input.reason)));
    },
  });
}

/** What does a task again. */
export const rerunFields: readonly RootField[] = [
  rerun("rerunTaskFrom", "Has a failed task run again from a step on.", (actions, address, note) =>
    actions.rerunFrom(address, note),
  ),
  rerun(
    "rerunTask",
    "Does a task that has ended again from a step on, as a new task, which is the one in the payload.",
    (actions, address, note) => actions.rerunTask(address, note),
  ),
];
