import type { PreparedTask } from "./prepare-task.ts";
import { NO_ROW } from "./step-move.ts";
import type { StepRun } from "./step-run.ts";
import { EMPTY_OBJECT } from "./stored-json.ts";
import type { WrittenTask } from "./submit-tasks.ts";
import { TaskRun } from "./task-run.ts";
import { LiveTaskView } from "./task-view.ts";

/** The run of a task that this process has just written and owns: everything about it is known, nothing is read. */
export function adoptSubmitted(task: PreparedTask, written: WrittenTask, epoch: number): TaskRun {
  const { compiled, request, template } = task;
  const steps = compiled.definition.steps.map(
    (definition, index): StepRun => ({
      index,
      stepId: written.stepIds?.[index] ?? 0,
      name: definition.name,
      state: "pending",
      sortKey: NO_ROW,
      attempts: 0,
      retryLimit: definition.retryLimit,
      retryable: definition.retryable,
      skippable: definition.skippable,
      interruptions: 0,
      dueAt: null,
      blockedBy: null,
      inputs: task.inputs.get(index) ?? null,
      results: EMPTY_OBJECT,
      execution: null,
      lostExecutionId: null,
      waits: definition.wait,
      wait: null,
      outside: null,
      resolution: null,
      queued: false,
    }),
  );
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
    abandonedAt: null,
  });
}
