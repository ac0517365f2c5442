import type { StepExecution, StepSequence, TaskView } from "../../src/handlers/execution.ts";
import type { HandlesStep } from "../../src/handlers/step-handler.ts";
import type { JsonObject, JsonValue } from "../../src/json/json-value.ts";

/** What a handler is given besides defaults. */
export interface RunStepOptions {
  readonly context?: JsonObject;
  /** Results of earlier steps by name. */
  readonly earlier?: Readonly<Record<string, JsonValue>>;
  /** What an earlier attempt left. */
  readonly previous?: unknown;
}

/** Executes a handler as the engine does and returns its output and what it stored. */
export async function runStep(
  handler: HandlesStep,
  { context = {}, earlier = {}, previous = {} }: RunStepOptions = {},
): Promise<{ readonly output: unknown; readonly stored: unknown }> {
  const task: TaskView = {
    taskId: 1,
    namespace: "shop",
    name: "order",
    version: "1.0.0",
    context,
    initiator: "unknown",
    sourceSystem: "unknown",
    reason: "unknown",
    tags: [],
    bypassSteps: [],
    requestedAt: new Date(0),
    correlationId: "c",
  };
  const sequence: StepSequence = {
    steps: [],
    findStepByName: () => null,
    resultsOf: (name) => {
      const results = earlier[name];
      if (results === undefined) throw new Error(`no results of ${name}`);
      return results;
    },
  };
  const step: StepExecution = {
    stepId: 1,
    name: "step",
    attempt: 1,
    retryLimit: 3,
    retryable: true,
    handlerConfig: null,
    inputs: null,
    results: previous,
    signal: new AbortController().signal,
    publishEvent: () => {},
    executionId: "1",
  };
  const output = await handler.handle(task, sequence, step);
  return { output, stored: step.results };
}
