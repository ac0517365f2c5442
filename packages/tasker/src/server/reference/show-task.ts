import { TaskNotFoundError } from "../../errors/index.ts";
import { loadReferenceTasks } from "../../reading/reference/load-reference-tasks.ts";
import type { ReferenceTask } from "../../reading/reference/reference-objects.ts";
import { knownState } from "../routes/known-state.ts";
import type { ServerParts } from "../server-parts.ts";

type Needed = Pick<ServerParts, "database" | "redact" | "encryption">;

/** Tasks as the reference shows them, in the order of their ids; those that exist. */
export async function showTasks({ database, redact, encryption }: Needed, taskIds: readonly number[]) {
  return (await loadReferenceTasks(database, taskIds, { redact, encryption })).map(withKnownStates);
}

/** A task as the reference shows it. @throws TaskNotFoundError */
export async function showTask(parts: Needed, taskId: number) {
  const [task] = await showTasks(parts, [taskId]);
  if (task === undefined) throw new TaskNotFoundError(`there is no task ${taskId}`, { context: { taskId } });
  return task;
}

function withKnownStates(task: ReferenceTask) {
  const steps = task.workflow_steps.map((step) => ({ ...step, status: knownState(step.status) }));
  return { ...task, status: knownState(task.status), workflow_steps: steps };
}
