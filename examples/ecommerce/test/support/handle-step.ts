import {
  type HandlesStep,
  type JsonObject,
  type JsonValue,
  PermanentError,
  ProceduralError,
  RetryableError,
  SharedResources,
  type StepExecution,
  type StepSequence,
  systemClock,
  type TaskView,
  taskSettings,
} from "tasker";

/** What a handler is called with; everything has a usual value. */
export interface Call {
  readonly context?: JsonObject;
  /** Results of the earlier steps, by name. */
  readonly results?: Readonly<Record<string, JsonValue>>;
  readonly inputs?: JsonValue;
  readonly signal?: AbortSignal;
}

/** Calls a handler as the engine does, and gives what it leaves to be stored. */
export async function handleStep(handler: HandlesStep, call: Call = {}): Promise<unknown> {
  const step: StepExecution = {
    stepId: 11,
    name: "step",
    attempt: 1,
    retryLimit: 3,
    retryable: true,
    handlerConfig: null,
    inputs: call.inputs ?? null,
    results: {},
    signal: call.signal ?? new AbortController().signal,
    publishEvent: () => {},
    itemIndex: null,
    compensates: null,
    executionId: "1",
    resources: new SharedResources(systemClock, Math.random),
  };
  await handler.handle(createTask(call.context ?? {}), createSequence(call.results ?? {}), step);
  return step.results;
}

/** Which way a handler fails: its class, code, and the wait it asks for. */
export async function failureOf(handler: HandlesStep, call: Call = {}): Promise<unknown> {
  try {
    await handleStep(handler, call);
  } catch (error) {
    if (error instanceof PermanentError) return { permanent: error.errorCode };
    if (error instanceof RetryableError) return { retryable: true, retryAfter: error.retryAfter };
    throw error;
  }
  return "no failure";
}

export function createTask(context: JsonObject): TaskView {
  return {
    taskId: 7,
    namespace: "ecommerce",
    name: "process_order",
    version: "1.0.0",
    context,
    initiator: "test",
    sourceSystem: "test",
    reason: "test",
    tags: [],
    bypassSteps: [],
    requestedAt: new Date("2026-03-01T23:30:00Z"),
    correlationId: "c-1",
    settings: taskSettings(),
  };
}

export function createSequence(results: Readonly<Record<string, JsonValue>>): StepSequence {
  const steps = Object.entries(results).map(([name, stored], index) => ({
    stepId: index + 1,
    name,
    state: "complete",
    attempts: 1,
    results: stored,
  }));
  return {
    steps,
    findStepByName: (name) => steps.find((step) => step.name === name) ?? null,
    resultsOf(name) {
      const found = results[name];
      if (found === undefined) throw new ProceduralError(`${name} has not completed`);
      return found;
    },
  };
}
