import {
  cancelStepByTask,
  getStepByTask,
  getStepsByTask,
  putStepByTask,
  updateStepByTask,
} from "../../api/reference/workflow-steps.ts";
import { StepNotFoundError } from "../../errors/index.ts";
import { referenceStep } from "../../reading/reference/reference-objects.ts";
import { sortedStepIds } from "../../reading/reference/sorted-ids.ts";
import { loadSteps, type ReadStep } from "../../reading/steps/step-page.ts";
import { implement } from "../http/call.ts";
import { actionReply } from "../routes/action-reply.ts";
import { knownState } from "../routes/known-state.ts";
import type { ServerParts } from "../server-parts.ts";
import { interfaceNote } from "./interface-note.ts";
import { offsetRequest } from "./offset-request.ts";

type Needed = Pick<ServerParts, "database" | "redact" | "encryption">;

/** Lists the steps of a task. */
export const stepList = implement(getStepsByTask, async ({ params, query, parts }) => {
  const ids = await sortedStepIds(parts.database, params.task_id, offsetRequest(query));
  const steps = await load(parts, ids);
  return { answer: { steps: ids.flatMap((id) => shown(steps.get(id))) } };
});

/** Shows a step. */
export const stepDetails = implement(getStepByTask, async ({ params, parts }) => ({
  answer: { step: await showStep(parts, params) },
}));

function change(route: typeof updateStepByTask | typeof putStepByTask) {
  return implement(route, async (call) => {
    const { params, body, parts } = call;
    await showStep(parts, params);
    const { retry_limit: retryLimit, inputs } = body.workflow_step;
    const edit = { ...(retryLimit === undefined ? {} : { retryLimit }), ...(inputs === undefined ? {} : { inputs }) };
    const address = { taskId: params.task_id, step: params.step_id };
    if (Object.keys(edit).length > 0) {
      await actionReply(parts.engine.actions.editStep(address, edit, interfaceNote(call)));
    }
    return { answer: { step: await showStep(parts, params) } };
  });
}

/** Changes a step. */
export const stepChange = change(updateStepByTask);
/** The same by the other method. */
export const stepPut = change(putStepByTask);

/** Cancels a step. */
export const stepCancellation = implement(cancelStepByTask, async (call) => {
  const address = { taskId: call.params.task_id, step: call.params.step_id };
  await actionReply(call.parts.engine.actions.cancelStep(address, interfaceNote(call)));
  return { answer: { cancelled: true as const } };
});

async function showStep(
  parts: Needed,
  { task_id: taskId, step_id: stepId }: { readonly task_id: number; readonly step_id: number },
) {
  const found = (await load(parts, [stepId])).get(stepId);
  const [step] = shown(found?.task_id === taskId ? found : undefined);
  if (step !== undefined) return step;
  throw new StepNotFoundError(`task ${taskId} has no step ${stepId}`, { context: { taskId, value: stepId } });
}

function load({ database, redact, encryption }: Needed, ids: readonly number[]): Promise<Map<number, ReadStep>> {
  return loadSteps(database, ids, { redact, encryption });
}

function shown(step: ReadStep | undefined) {
  if (step === undefined) return [];
  const made = referenceStep(step);
  return [{ ...made, status: knownState(made.status) }];
}
