import type { AuthorizationContext } from "../../auth/authorization/authorization-context.ts";
import { AuthorizationError, StepNotFoundError, TaskNotFoundError } from "../../errors/index.ts";
import { type Permission, splitPermission } from "../access/permission.ts";
import type { GraphqlContext } from "../context.ts";
import { findStep } from "../queries/find-step.ts";

/**
 * Checks that something may be done to a task.
 * @throws TaskNotFoundError also for one that may not be seen
 * @throws AuthorizationError for one that may be seen, or if the caller may do it nowhere
 */
export async function checkTask(context: GraphqlContext, permission: Permission, taskId: number): Promise<void> {
  const subject = (await context.loaders.tasks.load(taskId))?.subject ?? null;
  if (await mayAct(context, permission, "tasker.task:show", subject)) return;
  throw new TaskNotFoundError(`task ${taskId} does not exist`, { context: { field: "taskId", value: taskId } });
}

/** The same for a step of a task. @throws StepNotFoundError, AuthorizationError */
export async function checkStep(
  context: GraphqlContext,
  permission: Permission,
  ids: { readonly taskId: number; readonly stepId: number },
): Promise<void> {
  const subject = (await findStep(context, ids))?.subject ?? null;
  if (await mayAct(context, permission, "tasker.workflow_step:show", subject)) return;
  const { taskId, stepId } = ids;
  throw new StepNotFoundError(`task ${taskId} has no step ${stepId}`, { context: { field: "stepId", value: stepId } });
}

async function mayAct(
  { access }: GraphqlContext,
  permission: Permission,
  seeing: Permission,
  subject: AuthorizationContext | null,
): Promise<boolean> {
  if (await access.finds(permission, subject)) return true;
  if (subject === null || !(await access.can(seeing, subject))) return false;
  const [resource, action] = splitPermission(permission);
  throw new AuthorizationError(`Not authorized to ${action} on ${resource}`, { context: { resource, action } });
}
