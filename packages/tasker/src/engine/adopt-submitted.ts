import type { PreparedTask } from "./prepare-task.ts";
import { NO_ROW } from "./step-move.ts";
import { freshStep } from "./step-run.ts";
import type { WrittenTask } from "./submit-tasks.ts";
import { TaskRun } from "./task-run.ts";
import { LiveTaskView } from "./task-view.ts";

/** The run of a task that this process has just written and owns: everything about it is known, nothing is read. */
export function adoptSubmitted(task: PreparedTask, written: WrittenTask, epoch: number): TaskRun {
  const { compiled, request, template } = task;
  const steps = compiled.definition.steps.map((definition, index) => {
    const { name, retryLimit, retryable, skippable, wait: waits } = definition;
    const stepId = written.stepIds?.[index] ?? 0;
    const inputs = task.inputs.get(index) ?? null;
    return freshStep({ index, stepId, name, retryLimit, retryable, skippable, inputs, waits });
  });
  const view = new LiveTaskView({
    taskId: written.taskId,
    namespace: compiled.definition.namespace,
    name: compiled.definition.name,
    version: compiled.definition.version,
    storedContext: task.context,
    initiator: request.initiator,
    sourceSystem: request.sourceSystem,
    reason: request.reason,
    tags: request.tags,
    bypassSteps: request.bypassSteps,
    requestedAt: task.requestedAt,
    correlationId: task.correlationId,
    settingsNow: compiled.settingsNow,
  });
  return new TaskRun({
    taskId: written.taskId,
    epoch,
    revision: 0,
    priority: request.priority,
    view,
    compiled,
    template,
    graph: compiled.graph,
    steps,
    state: "pending",
    sortKey: NO_ROW,
    halted: false,
    paused: false,
    parentTaskId: null,
    seal: task.seal,
    abandonedAt: null,
  });
}
