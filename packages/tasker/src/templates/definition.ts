import type { JsonObject, JsonValue } from "../json/json-value.ts";
import type { StepCircuit } from "./circuit-document.ts";
import type { Condition } from "./condition.ts";
import type { CustomEventDefinition } from "./custom-event.ts";
import type { NamedLimit, StepLimit } from "./limit.ts";
import type { StepWait } from "./step-wait.ts";

/**
 * What the final failure of a step means for its task: `fail`, the steps after it do not run and the task fails;
 * `continue`, they run as if it had succeeded, and the task can complete; `compensate`, as `fail`, and before the task fails
 * what it has done is undone.
 */
export type FailurePolicy = "fail" | "continue" | "compensate";

/** How a step is run once for each item of a list. */
export interface ForEach {
  /** Name of the step that returns the list; one of the step's dependencies. */
  readonly step: string;
  /** Keys and places with dots between that lead to the list in that step's results. Null: the results are the list. */
  readonly path: string | null;
  /** Most items that are worked on at the same time in a task, 1 or more. Null: no limit but the engine's. */
  readonly maxParallel: number | null;
  /** Longest list that is accepted, 1 or more. Default: 10,000. */
  readonly maxItems: number;
}

/**
 * What skipping a step means for the steps after it: `satisfied`, they go on as if it had succeeded; `skip_dependants`, they
 * are skipped, too, and so are the steps after them.
 */
export type SkipPolicy = "satisfied" | "skip_dependants";

/** How what a step has done is undone. */
export interface Compensation {
  /** The name under which the handler is found. */
  readonly handlerClass: string;
  /** Given to the handler's constructor. */
  readonly handlerConfig: JsonObject | null;
  /** Default: true. */
  readonly retryable: boolean;
  /** Largest number of attempts, 1 or more. Default: 3. */
  readonly retryLimit: number;
  /** Deadline of one attempt in seconds, more than 0. Null: none. */
  readonly timeoutSeconds: number | null;
}

/** One step of a task definition: normalised, every default filled in. */
export interface StepDefinition {
  readonly name: string;
  /** Default: the name. */
  readonly description: string;
  /** Name of the external system that the step talks to. Default: `unknown`. */
  readonly dependentSystem: string;
  /** Names of the steps that must be satisfied first: unique, in declared order. */
  readonly dependsOn: readonly string[];
  /** Whether a failure may be followed by another attempt. Default: true. */
  readonly retryable: boolean;
  /** Largest number of attempts, 1 or more. Default: 3. */
  readonly retryLimit: number;
  readonly skippable: boolean;
  /** The name under which the handler is found; for a step that waits, its type. */
  readonly handlerClass: string;
  /** Given to the handler's constructor. */
  readonly handlerConfig: JsonObject | null;
  /** Whether the step runs, asked once all of its parents are satisfied. Null: it does. */
  readonly runIf: Condition | null;
  /** Default: `satisfied`. */
  readonly whenSkipped: SkipPolicy;
  /** Default: `fail`. */
  readonly onFailure: FailurePolicy;
  /** What the steps after it read if it was skipped, or its failure ignored. Default: null. */
  readonly defaultResults: JsonValue;
  /** Deadline of one attempt in seconds, more than 0. Null: none. */
  readonly timeoutSeconds: number | null;
  /** Among the ready steps of tasks of the same priority the higher goes first: -32,768 to 32,767. Default: 0. */
  readonly priority: number;
  /**
   * The queue of the workers that run it, and what undoes it, in whatever language. Null: processes with an engine run it,
   * unless its template is registered otherwise.
   */
  readonly queue: string | null;
  /** What a step without a handler waits for. Null: a handler is called. */
  readonly wait: StepWait | null;
  /** Limits on its executions in all processes. Default: none. */
  readonly limits: readonly StepLimit[];
  /** The circuit breaker that its executions go through. Null: none. */
  readonly circuit: StepCircuit | null;
  /** Events that it publishes besides the engine's. Default: none. */
  readonly customEvents: readonly CustomEventDefinition[];
  /** Set for a step that runs once for each item of a list. */
  readonly forEach: ForEach | null;
  /** Set for a step that can be undone. */
  readonly compensation: Compensation | null;
}

/** What a template says once it is parsed, merged and validated. Immutable; identified by its hash. */
export interface TaskDefinition {
  readonly namespace: string;
  readonly name: string;
  /** `digits.digits.digits`. */
  readonly version: string;
  readonly description: string | null;
  /** Name of the task handler, when there is one with hooks of its own. */
  readonly taskHandlerClass: string | null;
  /** JSON Schema of the context. Null: every object is accepted. */
  readonly contextSchema: JsonObject | null;
  /** Limits of external systems that its steps talk to. Default: none. */
  readonly systemLimits: readonly NamedLimit[];
  /** Limits of handlers of its steps, by `handlerClass`. Default: none. */
  readonly handlerLimits: readonly NamedLimit[];
  /** Places of values that are not to be stored or shown, such as `results.charge.token`. Default: none. */
  readonly redact: readonly string[];
  readonly steps: readonly StepDefinition[];
}
