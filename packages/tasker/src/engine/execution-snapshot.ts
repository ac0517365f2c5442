import type { Execution } from "./execution.ts";
import { type ExecutionSnapshot, executionState } from "./execution-state.ts";
import type { TaskRun } from "./task-run.ts";

/** An attempt as it stands at this moment, in the process that is named unless it runs in another one. */
export function describeExecution(execution: Execution, processId: number): ExecutionSnapshot {
  const { outside, run, stepId, name, executionId, attempt, launched, outcome, startedAt } = execution;
  return {
    taskId: run.taskId,
    stepId,
    stepName: name,
    state: executionState(launched, outcome),
    executionId,
    attempt,
    processId: outside?.processId ?? processId,
    startedAt: launched ? startedAt : null,
  };
}

/** The steps of a task that wait for their turn. */
export function queuedSteps(run: TaskRun): ExecutionSnapshot[] {
  return run.steps
    .filter((step) => step.queued && step.execution === null)
    .map((step) => ({
      taskId: run.taskId,
      stepId: step.stepId,
      stepName: step.name,
      state: "unscheduled",
      executionId: null,
      attempt: step.attempts + 1,
      processId: null,
      startedAt: null,
    }));
}
