import type { AttemptSpan } from "../../tracing/attempt-span.ts";
import type { Tracing } from "../../tracing/tracing.ts";
import type { Execution } from "../execution.ts";
import { runNumber } from "./run-number.ts";

/** Begins the span of an execution whose handler is about to be called; null if its task is in no trace. */
export function traceAttempt(tracing: Tracing | null, execution: Execution, processId: number): AttemptSpan | null {
  const { run, step } = execution;
  if (tracing === null || run.trace === null) return null;
  const { stepId, name, attempt, retryLimit, executionId } = execution;
  const facts = { stepId, name, attempt, retryLimit, executionId, processId, interruptions: step.interruptions };
  return tracing.startAttempt(run.trace, run.view, facts, {
    run: runNumber(run),
    previous: step.previousSpanId ?? null,
  });
}
