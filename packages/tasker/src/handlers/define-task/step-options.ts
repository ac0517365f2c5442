import type { JsonObject, JsonValue } from "../../json/json-value.ts";
import type { FailurePolicy, SkipPolicy } from "../../templates/definition.ts";
import type { StepCircuitSettings, SystemSettings } from "../circuit-settings.ts";
import type { ConditionFunction } from "../condition-function.ts";
import type { ConditionSettings } from "../condition-settings.ts";
import type { CustomEventDeclaration } from "../custom-events/declared-by-class.ts";
import type { StepExecution, StepSequence, TaskView } from "../execution.ts";
import type { LimitSettings, StepLimitSettings } from "../limit-settings.ts";
import type { HandlesStep } from "../step-handler.ts";
import type { TaskHandler } from "../task-handler.ts";
import type { TaskTemplate } from "../task-template.ts";

/** Settings of a task. */
export interface TaskSettings {
  /** 1 to 64 characters. */
  readonly name: string;
  /** 1 to 64 characters. Default: `default`. */
  readonly namespace?: string;
  /** `digits.digits.digits`. Default: `0.1.0`. */
  readonly version?: string;
  readonly description?: string;
  /** External system of the steps that name none. Default: `unknown`. */
  readonly dependentSystem?: string;
  /** Limits of the external systems of its steps, by their names. Default: none. */
  readonly dependentSystems?: Readonly<Record<string, SystemSettings>>;
  /** Limits of the handlers of its steps, by the names of their classes; of a function, the step's name. Default: none. */
  readonly handlerLimits?: Readonly<Record<string, LimitSettings>>;
  /** Places of values that are not to be stored or shown: `context.card.number`, `results.*.token`, `error.*`. Default: none. */
  readonly redact?: readonly string[];
  /** What the final failure of a step means, for the steps that do not say themselves. Default: `fail`. */
  readonly onFailure?: FailurePolicy;
  /** Hooks around the whole task. Default: none. */
  readonly taskHandler?: TaskHandler;
}

/** Settings of a step, however it is executed. */
export interface StepSettings<
  Parents extends string,
  Skippable extends boolean = boolean,
  WhenSkipped extends SkipPolicy = SkipPolicy,
  OnFailure extends FailurePolicy = FailurePolicy,
  RunIf = ConditionSettings | ConditionFunction | undefined,
  Default extends JsonValue | undefined = JsonValue | undefined,
> {
  /** Steps that must be satisfied first. Default: none. */
  readonly dependsOn?: readonly Parents[];
  /** Default: the name. */
  readonly description?: string;
  /** Default: the task's. */
  readonly dependentSystem?: string;
  /** Whether a failure may be followed by another attempt. Default: true. */
  readonly retryable?: boolean;
  /** Largest number of attempts, 1 or more. Default: 3. */
  readonly retryLimit?: number;
  /** Default: false. */
  readonly skippable?: Skippable;
  /**
   * Whether the step runs, asked once all of its parents are satisfied, before each attempt. If it does not hold, the step is
   * skipped. Default: it runs.
   */
  readonly runIf?: RunIf;
  /** What skipping the step means for those after it. Default: `satisfied`. */
  readonly whenSkipped?: WhenSkipped;
  /** What the final failure of the step means for the task. Default: `fail`. */
  readonly onFailure?: OnFailure;
  /** What the steps after it read if it was skipped, or its failure ignored. Default: null. */
  readonly defaultResults?: Default;
  /** Deadline of one attempt in seconds, more than 0. Default: none. */
  readonly timeoutSeconds?: number;
  /** Among the ready steps of tasks of the same priority the higher goes first: -32,768 to 32,767. Default: 0. */
  readonly priority?: number;
  /** How many executions of it may run at the same time or start within a time, in all processes. Default: any number. */
  readonly limits?: readonly StepLimitSettings[];
  /** Lets nothing through for a while after failures. Default: none. */
  readonly circuitBreaker?: StepCircuitSettings;
  /** Events that the step publishes besides the engine's. Default: none. */
  readonly customEvents?: readonly CustomEventDeclaration[];
}

/** Settings of a step that waits instead of calling a handler. */
export type WaitSettings<Parents extends string> = Omit<
  StepSettings<Parents>,
  "timeoutSeconds" | "circuitBreaker" | "customEvents"
>;

/** Settings of a step that waits until a moment: either `seconds` after its start, or `until`. */
export type SleepStepOptions<Parents extends string> = WaitSettings<Parents> &
  (
    | {
        /** Seconds, 0 or more. */
        readonly seconds: number;
      }
    | {
        /** Leads to an ISO 8601 time or to milliseconds since the epoch, in the context or in the results of a step before. */
        readonly until: { readonly path: string; readonly step?: string };
      }
  );

/** Runs a step once for each item of the list that another step returned. */
export interface ForEachSetting<Source extends string, Path extends string | undefined> {
  /** The step that returns the list. It counts as a dependency. */
  readonly step: Source;
  /** Where the list is in its results, such as `orders.0.lines`. Default: the results are the list. */
  readonly path?: Path;
  /** Most items that are worked on at the same time in a task, 1 or more. Default: no limit but the engine's. */
  readonly maxParallel?: number;
  /** Longest list that is accepted, 1 to 100,000. Default: 10,000. */
  readonly maxItems?: number;
}

/** Undoes what a step has done when its task fails: a function, or a class. What the step stored is `step.inputs`. */
export type CompensationSetting<Context, Results> = {
  /** Whether a failure may be followed by another attempt. Default: true. */
  readonly retryable?: boolean;
  /** Largest number of attempts, 1 or more. Default: 3. */
  readonly retryLimit?: number;
  /** Deadline of one attempt in seconds, more than 0. Default: none. */
  readonly timeoutSeconds?: number;
} & (
  | { process(task: TaskView<Context>, sequence: StepSequence<Results>, step: StepExecution): unknown }
  | { readonly handler: new (config: never) => HandlesStep; readonly handlerConfig?: JsonObject }
);

/** A step that functions execute once for each item of a list; the item is `step.inputs`. */
export interface MappedStepOptions<
  Context,
  Results,
  Parents extends string,
  Source extends string,
  Path extends string | undefined,
  Item,
  Output,
  Stored,
> extends StepSettings<Parents> {
  readonly forEach: ForEachSetting<Source, Path>;
  /** Does the work for one item; what it returns becomes an item of the list that the step stores. */
  process(task: TaskView<Context>, sequence: StepSequence<Results>, step: StepExecution<Item>): Output;
  /** As for a step that runs once: shapes what is stored for one item. */
  processResults?(step: StepExecution<Item>, output: Awaited<Output>, previous: unknown): Stored;
  /** Undoes what was done for one item. Default: nothing is undone. */
  readonly compensation?: CompensationSetting<Context, Results>;
}

/** Settings of a step that waits for a signal. */
export interface SignalStepOptions<Parents extends string> extends WaitSettings<Parents> {
  /** Name of the signal, 1 to 128 characters. Default: the step's name. */
  readonly signal?: string;
  /** Longest wait in seconds, more than 0. Default: for ever. */
  readonly timeoutSeconds?: number;
  /** What a wait without a signal comes to: the step fails for good, or completes with `timed_out`. Default: `fail`. */
  readonly onTimeout?: "fail" | "continue";
}

/** Where a member of a child's context comes from: a value; or a path in the context, or in the results of a step before. */
export type ContextSource =
  | { readonly value: JsonValue }
  | { readonly path: string; readonly step?: string }
  | { readonly step: string };

/** Settings of a step that submits a task and waits for its end. */
export interface TaskStepOptions<Parents extends string> extends WaitSettings<Parents> {
  /** The task: its template, or its name. */
  readonly task: string | TaskTemplate;
  /** Default: the template's, or else that of the task that the step belongs to. */
  readonly namespace?: string;
  /** A version or a range of versions. Default: the template's, or else the newest. */
  readonly version?: string;
  /** The new task's context. Default: an empty one. */
  readonly context?: Readonly<Record<string, ContextSource>>;
}

/** Settings of a step that workers run. */
export interface RemoteStepOptions<Parents extends string> extends StepSettings<Parents> {
  /** The name under which workers have the handler. */
  readonly handlerClass: string;
  /** What the worker gets as `handler_config`, as it is: references to secrets are for the worker to resolve. */
  readonly handlerConfig?: JsonObject;
  /** The queue from which workers take it. Default: `default`. */
  readonly queue?: string;
}

/** A step that functions execute. */
export interface FunctionStepOptions<
  Context,
  Results,
  Parents extends string,
  Output,
  Stored,
  Skippable extends boolean,
  WhenSkipped extends SkipPolicy,
  OnFailure extends FailurePolicy,
  RunIf,
  Default extends JsonValue | undefined,
> extends StepSettings<Parents, Skippable, WhenSkipped, OnFailure, RunIf, Default> {
  readonly forEach?: undefined;
  /** Does the work; what it returns is stored. */
  process(task: TaskView<Context>, sequence: StepSequence<Results>, step: StepExecution): Output;
  /**
   * Shapes what is stored: returns it, or assigns `step.results` and returns nothing. Default: the output is stored.
   * @param previous what the step held before: left by an earlier failed attempt
   */
  processResults?(step: StepExecution, output: Awaited<Output>, previous: unknown): Stored;
  /** Undoes what the step has done. Default: nothing is undone. */
  readonly compensation?: CompensationSetting<Context, Results>;
}

/** `handler_config`, which may be left out if the class takes null for it. */
type ConfigSetting<Config> = null extends Config
  ? { readonly handlerConfig?: Config }
  : { readonly handlerConfig: Config };

/** A step that a class executes; it is constructed for each attempt. */
export type ClassStepOptions<
  Parents extends string,
  Config,
  Handler,
  Skippable extends boolean,
  WhenSkipped extends SkipPolicy,
  OnFailure extends FailurePolicy,
  RunIf,
  Default extends JsonValue | undefined,
> = StepSettings<Parents, Skippable, WhenSkipped, OnFailure, RunIf, Default> & {
  readonly forEach?: undefined;
  readonly handler: new (config: Config) => Handler;
  /** Undoes what the step has done. Default: nothing is undone. */
  readonly compensation?: CompensationSetting<JsonObject, Readonly<Record<string, JsonValue>>>;
} & ConfigSetting<Config>;

/** A step that a class executes once for each item of a list; the item is `step.inputs`. */
export type MappedClassStepOptions<
  Parents extends string,
  Source extends string,
  Config,
  Handler,
> = StepSettings<Parents> & {
  readonly forEach: ForEachSetting<Source, string | undefined>;
  readonly handler: new (config: Config) => Handler;
  /** Undoes what was done for one item. Default: nothing is undone. */
  readonly compensation?: CompensationSetting<JsonObject, Readonly<Record<string, JsonValue>>>;
} & ConfigSetting<Config>;
