import type { StepAction, TaskAction } from "./action-result.ts";
import type { ActionOrigin } from "./check-request.ts";

/** Names of actions in the audit log. */
const AUDITED_AS: Readonly<Record<StepAction | TaskAction, string>> = {
  retry_step: "step.retry",
  reset_attempts: "step.reset",
  resolve_step: "step.resolve",
  complete_step: "step.complete",
  skip_step: "step.skip",
  cancel_step: "step.cancel",
  edit_step: "step.edit",
  retry_task: "task.retry",
  cancel_task: "task.cancel",
  resolve_task: "task.resolve",
  pause_task: "task.pause",
  resume_task: "task.resume",
  rerun_from: "task.rerun_from",
  rerun_as_new: "task.rerun",
};

const LIBRARY: ActionOrigin = { actorKind: "system", source: "library" };

/** What `tasker_audit_action` is told of an action besides the note, as JSON. */
export function auditOrigin(action: StepAction | TaskAction, origin: ActionOrigin = LIBRARY): string {
  const name = AUDITED_AS[action];
  return JSON.stringify({
    action: name,
    resource: name.startsWith("step.") ? "tasker.workflow_step" : "tasker.task",
    actor_kind: origin.actorKind,
    source: origin.source,
    address: origin.address,
    request_id: origin.requestId,
  });
}
