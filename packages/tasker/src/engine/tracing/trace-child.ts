import type { StoredTrace } from "../../tracing/stored-trace.ts";
import type { Tracing } from "../../tracing/tracing.ts";
import type { WaitingStep } from "../child-starter.ts";
import type { PreparedTask } from "../prepare-task.ts";
import { runNumber } from "./run-number.ts";
import { factsOfSubmit } from "./trace-submit.ts";

/** The spans of a task that a step submits. */
export interface ChildSpan {
  readonly stored: StoredTrace | null;
  end(task: { readonly taskId: number; readonly created: boolean }): void;
}

/** Begins the span of submitting a task, below the step that waits for it; null if that step's task is in no trace. */
export function traceChild(tracing: Tracing, { run, step, wait }: WaitingStep, task: PreparedTask): ChildSpan | null {
  if (run.trace === null) return null;
  const { stepId, name, retryLimit, attempts: attempt } = step;
  const traced = { stepId, name, retryLimit, attempt, executionId: wait.executionId };
  const above = tracing.waitContext(run.trace, run.view, traced, runNumber(run));
  const facts = { ...factsOfSubmit(task), parentTaskId: run.taskId, parentStepId: stepId };
  const span = tracing.submit(facts, above.context);
  return {
    stored: span.stored,
    end: (written) => {
      span.end(written);
      if (written.created) above.end();
    },
  };
}
