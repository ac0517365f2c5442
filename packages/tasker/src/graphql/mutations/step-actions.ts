import type { ActionResult } from "../../actions/action-result.ts";
import type { OperatorNote, StepAddress } from "../../actions/check-request.ts";
import type { TaskActions } from "../../actions/task-actions.ts";
import type { Permission } from "../access/permission.ts";
import { parseId } from "../queries/parse-id.ts";
import type { RootField } from "../schema/root-field.ts";
import { checkStep } from "./find-for-action.ts";
import { mutation } from "./mutation.ts";
import { operatorNote } from "./operator-note.ts";
import { payloadOf } from "./payload.ts";

interface StepInput {
  readonly taskId: string | number;
  readonly stepId: string;
  readonly reason: string;
  readonly retryLimit?: number;
  readonly inputs?: unknown;
  readonly results?: unknown;
}

const REASON = `"""Why, for the audit trail: 1 to 2,000 characters."""
        reason: String!`;
const IDS = "taskId: ID!\nstepId: ID!";

function onStep(
  name: string,
  permission: Permission,
  description: string,
  act: (actions: TaskActions, step: StepAddress, note: OperatorNote, input: StepInput) => Promise<ActionResult>,
  input = `${IDS}\n${REASON}`,
): RootField {
  return mutation<StepInput>({
    name,
    permission,
    description,
    gives: "step",
    input,
    perform: async (given, context) => {
      const ids = { taskId: parseId("taskId", given.taskId), stepId: parseId("stepId", given.stepId) };
      await checkStep(context, permission, ids);
      const address = { taskId: ids.taskId, step: ids.stepId };
      const { actions } = context.parts.engine;
      return payloadOf(await act(actions, address, operatorNote(context, given.reason), given));
    },
  });
}

/** What can be done to one step. */
export const stepActionFields: readonly RootField[] = [
  onStep(
    "updateStep",
    "tasker.workflow_step:update",
    "Changes the retry limit and the inputs of a step.",
    (actions, step, note, { retryLimit, inputs }) =>
      actions.editStep(
        step,
        { ...(retryLimit === undefined ? {} : { retryLimit }), ...(inputs === undefined ? {} : { inputs }) },
        note,
      ),
    `taskId: BigInt!
        stepId: ID!
        """Most attempts, 1 or more."""
        retryLimit: Int
        inputs: JSON
        ${REASON} = "by the GraphQL API"`,
  ),
  onStep(
    "cancelStep",
    "tasker.workflow_step:cancel",
    "Ends a step that is pending, running or failed.",
    (actions, step, note) => actions.cancelStep(step, note),
    `${IDS}\n${REASON} = "by the GraphQL API"`,
  ),
  onStep("retryStep", "tasker.workflow_step:retry", "Has a failed step tried again at once.", (actions, step, note) =>
    actions.retryStep(step, note),
  ),
  onStep(
    "resetStepAttempts",
    "tasker.workflow_step:reset",
    "Forgets the attempts of a step, so that all that its template allows are to come.",
    (actions, step, note) => actions.resetAttempts(step, note),
  ),
  onStep(
    "resolveStep",
    "tasker.workflow_step:resolve",
    "Has a step that is pending or failed count as done, with the results that it has.",
    (actions, step, note) => actions.resolveStep(step, note),
  ),
  onStep(
    "completeStep",
    "tasker.workflow_step:complete",
    "Has a step that is pending or failed count as done with these results.",
    (actions, step, note, { results = null }) => actions.completeStep(step, results, note),
    `${IDS}\nresults: JSON\n${REASON}`,
  ),
  onStep(
    "skipStep",
    "tasker.workflow_step:skip",
    "Leaves out a step whose template says that it can be.",
    (actions, step, note) => actions.skipStep(step, note),
  ),
];
