import { auditActor } from "../../auth/audit/audit-actor.ts";
import type { AuditEntry } from "../../auth/audit/audit-entry.ts";
import type { GraphqlContext } from "../context.ts";

/** What was done to a task that was found before, as an entry of the audit log: with who asked for it, from where and when. */
export async function auditEntryOf(
  { caller, loaders, parts }: GraphqlContext,
  { taskId, ...deed }: { readonly taskId: number } & Pick<AuditEntry, "action" | "details">,
): Promise<AuditEntry> {
  const task = await loaders.tasks.load(taskId);
  return {
    ...auditActor(caller.principal, caller, "graphql", caller.requestId),
    at: new Date(parts.clock.now()),
    resource: "tasker.task",
    resourceId: taskId,
    namespace: task?.subject.namespace,
    ...deed,
  };
}
