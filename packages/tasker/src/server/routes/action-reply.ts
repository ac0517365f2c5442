import type { z } from "zod";
import type { ActionResult } from "../../actions/action-result.ts";
import type { ActionOutcome } from "../../api/shapes/action.ts";
import { ActionRefusedError } from "../../errors/index.ts";
import type { Reply } from "../http/call.ts";

/** Answers what came of an action. @throws ActionRefusedError if it cannot be done as things stand */
export async function actionReply(acting: Promise<ActionResult>): Promise<Reply<z.input<typeof ActionOutcome>>> {
  const result = await acting;
  const { outcome, action, taskId, step, message } = result;
  if (outcome === "refused") {
    const { reason } = result;
    throw new ActionRefusedError(message, { context: { action, taskId, step: step?.name ?? null, reason } });
  }
  const answer = {
    outcome,
    action,
    task_id: taskId,
    step_id: step?.id ?? null,
    step_name: step?.name ?? null,
    moved_steps: outcome === "done" ? result.movedSteps : 0,
    new_task_id: result.newTaskId,
    message,
  };
  return { answer };
}
