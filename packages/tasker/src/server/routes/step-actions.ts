import type { TaskActions } from "../../actions/task-actions.ts";
import {
  cancelStep,
  completeStep,
  editStep,
  resetStep,
  resolveStep,
  retryStep,
  skipStep,
} from "../../api/routes/step-actions.ts";
import { implement, noteOf } from "../http/call.ts";
import { actionReply } from "./action-reply.ts";

type Named = "retryStep" | "resetAttempts" | "resolveStep" | "skipStep" | "cancelStep";

function act(route: typeof retryStep, action: Named & keyof TaskActions) {
  return implement(route, (call) =>
    actionReply(call.parts.engine.actions[action](addressOf(call.params), noteOf(call, call.body.reason))),
  );
}

function addressOf({ task_id: taskId, step }: { readonly task_id: number; readonly step: string | number }) {
  return { taskId, step };
}

/** Tries a failed step again. */
export const stepRetry = act(retryStep, "retryStep");
/** Forgets the attempts of a step. */
export const stepReset = act(resetStep, "resetAttempts");
/** Has a step count as done. */
export const stepResolution = act(resolveStep, "resolveStep");
/** Leaves a step out. */
export const stepSkip = act(skipStep, "skipStep");
/** Ends a step. */
export const stepCancellation = act(cancelStep, "cancelStep");

/** Has a step count as done with given results. */
export const stepCompletion = implement(completeStep, (call) => {
  const { results, reason } = call.body;
  return actionReply(call.parts.engine.actions.completeStep(addressOf(call.params), results, noteOf(call, reason)));
});

/** Changes a step. */
export const stepEdit = implement(editStep, (call) => {
  const { retry_limit: retryLimit, inputs, reason } = call.body;
  const edit = { ...(retryLimit === undefined ? {} : { retryLimit }), ...(inputs === undefined ? {} : { inputs }) };
  return actionReply(call.parts.engine.actions.editStep(addressOf(call.params), edit, noteOf(call, reason)));
});
