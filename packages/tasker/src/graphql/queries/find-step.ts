import type { AuthorizationContext } from "../../auth/authorization/authorization-context.ts";
import type { GraphqlContext } from "../context.ts";
import type { StepSource } from "../sources.ts";

/** The step of a task, and what permissions are asked for; null if the task has no such step. */
export async function findStep(
  { loaders }: GraphqlContext,
  { taskId, stepId }: { readonly taskId: number; readonly stepId: number },
): Promise<{ readonly step: StepSource; readonly subject: AuthorizationContext } | null> {
  const [task, step] = await Promise.all([loaders.tasks.load(taskId), loaders.steps.load(stepId)]);
  if (task === null || step === null || step.row.task_id !== taskId) return null;
  return { step, subject: { ...task.subject, stepId } };
}
