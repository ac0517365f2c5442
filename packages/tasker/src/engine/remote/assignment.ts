import type { JsonValue } from "../../json/json-value.ts";
import { isSatisfied } from "../../states/guards.ts";
import type { Execution } from "../execution.ts";
import type { StepRun } from "../step-run.ts";
import type { StartedStep } from "./worker-statements.ts";

/** How many of a task's steps a worker gets with one of them: its parents, or all. */
export type SequenceExtent = "parents" | "all";

/**
 * What a worker gets to run an attempt, as it travels. References in `handler_config` are not resolved: secrets stay where they
 * are, and the worker has its own.
 * @throws UnreadableValueError if the context, the inputs or results cannot be decrypted
 */
export function assignmentOf(execution: Execution, started: StartedStep, extent: SequenceExtent) {
  const { run, step, unreadable } = execution;
  if (unreadable !== undefined) throw unreadable;
  const { view } = run;
  const { started_at: startedAt, deadline_at: deadlineAt, trace } = started;
  const parents = parentsOf(execution);
  return {
    execution_id: execution.executionId,
    task: {
      task_id: view.taskId,
      namespace: view.namespace,
      name: view.name,
      version: view.version,
      context: view.context,
      initiator: view.initiator,
      source_system: view.sourceSystem,
      reason: view.reason,
      tags: [...view.tags],
      bypass_steps: [...view.bypassSteps],
      requested_at: view.requestedAt.toISOString(),
      correlation_id: view.correlationId,
      traceparent: trace?.traceparent ?? null,
      tracestate: trace?.tracestate ?? null,
    },
    step: {
      step_id: execution.stepId,
      name: execution.name,
      handler: run.handlerClassOf(step),
      handler_config: execution.handlerConfig,
      attempt: execution.attempt,
      retry_limit: execution.retryLimit,
      retryable: execution.retryable,
      inputs: execution.inputs,
      item_index: execution.itemIndex,
      compensates: execution.compensates,
      results: execution.results as JsonValue,
    },
    parents: Object.fromEntries(parents.map((parent) => [parent.name, resultsOf(parent)])),
    sequence: (extent === "all" ? run.steps : parents).map((other) => ({
      step_id: other.stepId,
      name: other.name,
      state: other.state,
      attempts: other.attempts,
      results: resultsOf(other),
    })),
    started_at: startedAt.toISOString(),
    deadline_at: deadlineAt?.toISOString() ?? null,
    timeout_ms: deadlineAt === null ? null : deadlineAt.getTime() - startedAt.getTime(),
    progress: (started.progress ?? null) as JsonValue,
  };
}

/** What a worker gets to run an attempt. */
export type Assignment = ReturnType<typeof assignmentOf>;

function parentsOf({ run, step }: Execution): StepRun[] {
  const { parents, parentOffsets } = run.graph;
  const places = parents.subarray(parentOffsets[step.index] ?? 0, parentOffsets[step.index + 1] ?? 0);
  return [...places].flatMap((place) => run.steps[place] ?? []);
}

function resultsOf({ state, results }: StepRun): JsonValue {
  return isSatisfied(state) ? (results.value as JsonValue) : null;
}
