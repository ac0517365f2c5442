import { getStep, listSteps } from "../../api/routes/steps.ts";
import { StepNotFoundError } from "../../errors/index.ts";
import { findStep } from "../../reading/steps/find-step.ts";
import { loadSteps, type ReadStep, readStepPage } from "../../reading/steps/step-page.ts";
import { implement } from "../http/call.ts";
import { knownState } from "./known-state.ts";

/** Lists the steps of a task. */
export const stepList = implement(listSteps, async ({ params, query, parts }) => {
  const { items, nextCursor } = await readStepPage(parts.database, params.task_id, query, parts);
  return { answer: { steps: items.map(shown), next_cursor: nextCursor } };
});

/** Shows a step. */
export const stepDetails = implement(getStep, async ({ params: { task_id: taskId, step }, parts }) => {
  const id = await findStep(parts.database, taskId, step);
  const found = id === null ? undefined : (await loadSteps(parts.database, [id], parts)).get(id);
  if (found === undefined)
    throw new StepNotFoundError(`task ${taskId} has no step ${step}`, { context: { taskId, step } });
  return { answer: shown(found) };
});

function shown(step: ReadStep) {
  const { task_id, name, retryable, skippable, metadata, inputs, results, relations } = step;
  const { last_attempted_at, processed_at, changed_at, backoff_request_seconds } = step;
  return {
    ...{ task_id, name, retryable, skippable, metadata, inputs, results },
    ...{ last_attempted_at, processed_at, changed_at, backoff_request_seconds },
    step_id: step.workflow_step_id,
    state: knownState(step.state),
    attempts: step.attempts ?? 0,
    // What the state machine takes where a row of another engine says nothing.
    retry_limit: step.retry_limit ?? 3,
    parents: relations.parents,
    children: relations.children,
    outside: step.outside,
  };
}
