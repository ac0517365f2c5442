import { onTestFinished } from "vitest";
import { type Clock, systemClock } from "../../src/clock/clock.ts";
import { taskSettings } from "../../src/config/task-settings.ts";
import type { StepExecution, StepSequence, TaskView } from "../../src/handlers/execution.ts";
import { SharedResources } from "../../src/handlers/resources.ts";
import type { HandlesStep } from "../../src/handlers/step-handler.ts";
import type { JsonObject, JsonValue } from "../../src/json/json-value.ts";

/** What a handler is given besides defaults. */
export interface RunStepOptions {
  readonly context?: JsonObject;
  /** Results of earlier steps by name. */
  readonly earlier?: Readonly<Record<string, JsonValue>>;
  /** What an earlier attempt left. */
  readonly previous?: unknown;
  /** Number of the attempt. Default: 1. */
  readonly attempt?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: one that never aborts. */
  readonly signal?: AbortSignal;
  /** Default: resources of this execution alone, closed when the test ends. */
  readonly resources?: SharedResources;
}

/** Executes a handler as the engine does and returns its output and what it stored. */
export async function runStep(
  handler: HandlesStep,
  options: RunStepOptions = {},
): Promise<{ readonly output: unknown; readonly stored: unknown }> {
  const { context = {}, earlier = {}, previous = {}, attempt = 1, clock = systemClock } = options;
  const resources = options.resources ?? openResources(clock);
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
    settings: taskSettings(),
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
    attempt,
    retryLimit: 3,
    retryable: true,
    handlerConfig: null,
    inputs: null,
    results: previous,
    publishEvent: () => {},
    signal: options.signal ?? new AbortController().signal,
    itemIndex: null,
    compensates: null,
    executionId: "1",
    resources,
  };
  const output = await handler.handle(task, sequence, step);
  return { output, stored: step.results };
}

function openResources(clock: Clock): SharedResources {
  const resources = new SharedResources(clock, () => 0.5);
  onTestFinished(() => resources.close());
  return resources;
}
