import type { TaskSettings } from "../config/task-settings.ts";
import type { JsonObject, JsonValue } from "../json/json-value.ts";
import type { HandlerResources } from "./resources.ts";

/**
 * The task that a step belongs to, as a handler sees it.
 * @typeParam Context the shape of the task's context
 */
export interface TaskView<Context = JsonObject> {
  readonly taskId: number;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly context: Readonly<Context>;
  readonly initiator: string;
  readonly sourceSystem: string;
  readonly reason: string;
  readonly tags: readonly string[];
  readonly bypassSteps: readonly string[];
  readonly requestedAt: Date;
  /** Follows the task through logs, events and child tasks. */
  readonly correlationId: string;
  /** What the configuration says for this task now. */
  readonly settings: TaskSettings;
}

/** A step of the task as it stands when it is read. */
export interface StepView {
  readonly stepId: number;
  readonly name: string;
  readonly state: string;
  /** Attempts started so far. */
  readonly attempts: number;
  /** What the step stored; null before it has completed. */
  readonly results: JsonValue;
}

/**
 * All steps of the task, for reading what earlier steps stored.
 * @typeParam Results step name to the shape of its results
 */
export interface StepSequence<Results = Readonly<Record<string, JsonValue>>> {
  readonly steps: readonly StepView[];
  /** The step with this name, or null. */
  findStepByName(name: string): StepView | null;
  /** Stored results of a completed step; throws `ProceduralError` if it has not completed or does not exist. */
  resultsOf<Name extends keyof Results & string>(name: Name): Results[Name];
}

/**
 * The step that is being executed.
 * @typeParam Inputs shape of its inputs
 */
export interface StepExecution<Inputs = JsonValue> {
  readonly stepId: number;
  readonly name: string;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  readonly retryLimit: number;
  readonly retryable: boolean;
  /** `handler_config` of the step's template; null if it has none. A handler class gets it by its constructor too. */
  readonly handlerConfig: JsonObject | null;
  /**
   * The step's own inputs, when it has any. Of a step that runs for each item of a list: the item. Of one that undoes another:
   * what that one stored.
   */
  readonly inputs: Inputs;
  /** Place of the item in its list, from 0, for a step that runs for each item; null for any other. */
  readonly itemIndex: number | null;
  /** Name of the step that this one undoes; null if it undoes none. */
  readonly compensates: string | null;
  /**
   * What will be stored. Before the first success it holds what an earlier failed attempt left. `processResults` may
   * assign it; if it leaves it as it was, the engine stores the output of `process`.
   */
  results: unknown;
  /** Aborts when the step's deadline passes or the engine stops: hand it to whatever the handler waits for. */
  readonly signal: AbortSignal;
  /**
   * Publishes an event that the step's template (`custom_events`) or the handler's class (`customEventConfiguration`)
   * declares. It is kept until the outcome of this attempt is committed, and told then, whether the attempt succeeded or
   * failed; of an attempt that does not count (interrupted, or refused by the database) nothing is told.
   * @param payload a JSON object, taken as it is now. Default: `{}`
   * @throws UndeclaredEventError
   * @throws UnencodableValueError, ValueTooLargeError (the payloads of an attempt together are as large as a result may be)
   * @throws ProceduralError once the attempt has ended
   */
  publishEvent(name: string, payload?: object): void;
  /** Unique to this execution. For an idempotency key that must be the same in every attempt use `stepId`. */
  readonly executionId: string;
  /** What the engine lends to its handlers: connections that are kept from attempt to attempt, its clock. */
  readonly resources: HandlerResources;
}
