import type { z } from "zod";
import { InvalidTemplateError } from "../errors/index.ts";
import type { JsonObject, JsonValue } from "../json/json-value.ts";
import { undoName } from "../templates/added-step-name.ts";
import { checkTemplate } from "../templates/check-template.ts";
import type { FailurePolicy, SkipPolicy } from "../templates/definition.ts";
import { finishIssues } from "../templates/draft-issue.ts";
import { readValue } from "../templates/read-value.ts";
import { bindConditions } from "./bind-conditions.ts";
import {
  circuitSettingsToDocument,
  type StepCircuitSettings,
  type SystemSettings,
  systemSettingsToDocuments,
} from "./circuit-settings.ts";
import type { ConditionFunction } from "./condition-function.ts";
import { type ConditionSettings, conditionSettingsToDocument } from "./condition-settings.ts";
import { type ContextSchema, toContextSchema } from "./context-schema.ts";
import { createTaskTemplate } from "./create-task-template.ts";
import { readCustomEvents } from "./custom-events.ts";
import type { StepExecution, StepSequence, TaskView } from "./execution.ts";
import { FunctionStepHandler } from "./function-step-handler.ts";
import { type HandlerMaker, toHandlerMaker, UnusableHandler } from "./handler-maker.ts";
import type { ItemShape } from "./item-shape.ts";
import type { JsonShape } from "./json-shape.ts";
import {
  type LimitSettings,
  limitSettingsToDocument,
  limitSettingsToDocuments,
  type StepLimitSettings,
} from "./limit-settings.ts";
import type { HandlesStep, StepHandler } from "./step-handler.ts";
import type { TaskHandler } from "./task-handler.ts";
import type { TaskTemplate } from "./task-template.ts";

/** What the types know of a defined step: the shape of its results, and the steps before it. */
export interface KnownStep {
  readonly results: unknown;
  readonly upstream: string;
}

/** Names of the steps before one with these parents. */
type Upstream<Steps, Parents extends keyof Steps> =
  | Parents
  | (Steps[Parents] extends KnownStep ? Steps[Parents]["upstream"] : never);

/** Results that a step with these parents can read. */
type VisibleResults<Steps, Parents extends keyof Steps> = {
  readonly [Name in Upstream<Steps, Parents> & keyof Steps]: Steps[Name] extends KnownStep
    ? Steps[Name]["results"]
    : never;
};

/** Results of one step. */
type ResultsIn<Steps, Name extends keyof Steps> = Steps[Name] extends KnownStep ? Steps[Name]["results"] : never;

/** Stands for the result of a `processResults` that was not given. */
declare const UNSHAPED: unique symbol;

/** What a step stores: what `processResults` returned, if it is there and returned something, or else the output. */
type StoredShape<Output, Stored> = [Stored] extends [typeof UNSHAPED]
  ? JsonShape<Awaited<Output>>
  : undefined extends Awaited<Stored>
    ? JsonValue
    : Awaited<Stored> extends void
      ? JsonValue
      : JsonShape<Awaited<Stored>>;

/** What a handler class stores: anything, if it shapes its results itself, or else what `process` returns. */
type HandlerShape<Handler> =
  Handler extends Pick<StepHandler, "process" | "processResults">
    ? StepHandler["processResults"] extends Handler["processResults"]
      ? JsonShape<Awaited<ReturnType<Handler["process"]>>>
      : JsonValue
    : JsonValue;

/** What a sleeping step stores. */
export interface SleepResults {
  /** When the wait ended, ISO 8601. */
  readonly until: string;
}

/** What a step stores that waited for a signal. */
export interface SignalResults {
  readonly signal: string;
  /** What was sent; null after a time-out. */
  readonly payload: JsonValue;
  /** Who sent it, if that was said. */
  readonly sender: string | null;
  /** ISO 8601; null after a time-out. */
  readonly received_at: string | null;
  readonly timed_out: boolean;
}

/** What a step stores that waited for a task. */
export interface ChildResults {
  readonly task_id: number;
  /** `complete` or `resolved_manually`. */
  readonly state: string;
  /** What those of its steps stored that nothing comes after, by their names. */
  readonly results: Readonly<Record<string, JsonValue>>;
}

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
  /** What the final failure of a step means, for the steps that do not say themselves. Default: `fail`. */
  readonly onFailure?: FailurePolicy;
  /** Hooks around the whole task. Default: none. */
  readonly taskHandler?: TaskHandler;
}

/** What the steps after it may read in place of results that a step does not have. */
type Gap<Skippable, WhenSkipped, OnFailure, RunIf, Default> =
  | (undefined extends RunIf
      ? true extends Skippable
        ? SkipGap<WhenSkipped, Default>
        : never
      : SkipGap<WhenSkipped, Default>)
  | ("continue" extends OnFailure ? Filler<Default> : never);

/** Where the steps after it are skipped with it, nobody reads. */
type SkipGap<WhenSkipped, Default> = WhenSkipped extends "skip_dependants" ? never : Filler<Default>;

type Filler<Default> = undefined extends Default ? null : Default;

/** A condition that a step with these results before it may have. */
type RunIfSetting<Context, Results> = ConditionSettings<keyof Results & string> | ConditionFunction<Context, Results>;

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
  readonly customEvents?: readonly { readonly name: string; readonly description?: string }[];
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

/** Either kind, as the builder keeps it. */
interface AnyStepOptions extends StepSettings<string, boolean, SkipPolicy, FailurePolicy, unknown> {
  readonly forEach?: ForEachSetting<string, string | undefined> | undefined;
  process?(task: TaskView<object>, sequence: StepSequence<object>, step: StepExecution<unknown>): unknown;
  processResults?(step: StepExecution<unknown>, output: unknown, previous: unknown): unknown;
  readonly handler?: new (config: never) => unknown;
  readonly handlerConfig?: unknown;
  readonly compensation?: AnyCompensation | undefined;
  /** For a step without a handler: its type and what belongs to it, in the keys of YAML. */
  readonly wait?: { readonly type: string } & Readonly<Record<string, unknown>>;
}

type AnyCompensation = Pick<AnyStepOptions, "retryable" | "retryLimit" | "timeoutSeconds" | "handlerConfig"> & {
  process?(task: TaskView<object>, sequence: StepSequence<object>, step: StepExecution<unknown>): unknown;
  readonly handler?: new (config: never) => unknown;
};

interface AddedStep {
  readonly name: string;
  readonly options: AnyStepOptions;
}

/**
 * Builds a template step by step. Every call returns a new builder, which knows one step more: its name may be used in
 * `dependsOn`, and its results can be read by the steps that come after it.
 */
export class TemplateBuilder<Context extends object, Steps> {
  readonly #settings: TaskSettings;
  readonly #context: ContextSchema | undefined;
  readonly #steps: readonly AddedStep[];

  constructor(settings: TaskSettings, context: ContextSchema | undefined, steps: readonly AddedStep[]) {
    this.#settings = settings;
    this.#context = context;
    this.#steps = steps;
  }

  /** Adds a step that functions execute once for each item of a list. */
  step<
    const Name extends string,
    Output,
    Source extends keyof Steps & string,
    const Path extends string | undefined = undefined,
    Parents extends keyof Steps & string = never,
    Stored = typeof UNSHAPED,
  >(
    name: Name & (Name extends keyof Steps ? never : unknown),
    options: MappedStepOptions<
      Context,
      VisibleResults<Steps, Parents | Source>,
      Parents,
      Source,
      Path,
      ItemShape<ResultsIn<Steps, Source>, Path>,
      Output,
      Stored
    >,
  ): TemplateBuilder<
    Context,
    Steps &
      Record<
        Name,
        {
          readonly results: readonly StoredShape<Output, Stored>[];
          readonly upstream: Upstream<Steps, Parents | Source>;
        }
      >
  >;
  /** Adds a step that a class executes once for each item of a list. */
  step<
    const Name extends string,
    Config,
    Handler extends HandlesStep,
    Source extends keyof Steps & string,
    Parents extends keyof Steps & string = never,
  >(
    name: Name & (Name extends keyof Steps ? never : unknown),
    options: MappedClassStepOptions<Parents, Source, Config, Handler>,
  ): TemplateBuilder<
    Context,
    Steps &
      Record<
        Name,
        { readonly results: readonly HandlerShape<Handler>[]; readonly upstream: Upstream<Steps, Parents | Source> }
      >
  >;
  /** Adds a step that functions execute. */
  step<
    const Name extends string,
    Output,
    RunIf extends RunIfSetting<Context, VisibleResults<Steps, Parents>> | undefined,
    Parents extends keyof Steps & string = never,
    Stored = typeof UNSHAPED,
    Skippable extends boolean = false,
    WhenSkipped extends SkipPolicy = "satisfied",
    OnFailure extends FailurePolicy = "fail",
    const Default extends JsonValue | undefined = undefined,
  >(
    name: Name & (Name extends keyof Steps ? never : unknown),
    options: FunctionStepOptions<
      Context,
      VisibleResults<Steps, Parents>,
      Parents,
      Output,
      Stored,
      Skippable,
      WhenSkipped,
      OnFailure,
      RunIf,
      Default
    >,
  ): TemplateBuilder<
    Context,
    Steps &
      Record<
        Name,
        {
          readonly results: StoredShape<Output, Stored> | Gap<Skippable, WhenSkipped, OnFailure, RunIf, Default>;
          readonly upstream: Upstream<Steps, Parents>;
        }
      >
  >;
  /** Adds a step that a class executes. */
  step<
    const Name extends string,
    Config,
    Handler extends HandlesStep,
    RunIf extends RunIfSetting<Context, VisibleResults<Steps, Parents>> | undefined,
    Parents extends keyof Steps & string = never,
    Skippable extends boolean = false,
    WhenSkipped extends SkipPolicy = "satisfied",
    OnFailure extends FailurePolicy = "fail",
    const Default extends JsonValue | undefined = undefined,
  >(
    name: Name & (Name extends keyof Steps ? never : unknown),
    options: ClassStepOptions<Parents, Config, Handler, Skippable, WhenSkipped, OnFailure, RunIf, Default>,
  ): TemplateBuilder<
    Context,
    Steps &
      Record<
        Name,
        {
          readonly results: HandlerShape<Handler> | Gap<Skippable, WhenSkipped, OnFailure, RunIf, Default>;
          readonly upstream: Upstream<Steps, Parents>;
        }
      >
  >;
  step(name: string, options: AnyStepOptions): TemplateBuilder<Context, never> {
    return this.#add(name, options);
  }

  #add(name: string, options: AnyStepOptions): TemplateBuilder<Context, never> {
    return new TemplateBuilder(this.#settings, this.#context, [...this.#steps, { name, options }]);
  }

  /**
   * Adds a step that waits: its process may stop meanwhile, and it holds no slot. What it stores is `{ until }`.
   * @see docs/waiting.md
   */
  sleep<const Name extends string, Parents extends keyof Steps & string = never>(
    name: Name & (Name extends keyof Steps ? never : unknown),
    options: SleepStepOptions<Parents>,
  ): TemplateBuilder<
    Context,
    Steps & Record<Name, { readonly results: SleepResults; readonly upstream: Upstream<Steps, Parents> }>
  >;
  sleep(name: string, options: SleepStepOptions<string>): TemplateBuilder<Context, never> {
    const sleep =
      "seconds" in options
        ? { seconds: options.seconds }
        : { until_path: options.until.path, step: options.until.step };
    return this.#add(name, { ...options, wait: { type: "sleep", sleep } });
  }

  /**
   * Adds a step that waits for a signal: somebody calls `engine.signal(taskId, name, payload)`, at any time after the submit.
   * @see docs/waiting.md
   */
  waitForSignal<const Name extends string, Parents extends keyof Steps & string = never>(
    name: Name & (Name extends keyof Steps ? never : unknown),
    options?: SignalStepOptions<Parents>,
  ): TemplateBuilder<
    Context,
    Steps & Record<Name, { readonly results: SignalResults; readonly upstream: Upstream<Steps, Parents> }>
  >;
  waitForSignal(name: string, options: SignalStepOptions<string> = {}): TemplateBuilder<Context, never> {
    const { signal = name, timeoutSeconds, onTimeout, ...settings } = options;
    const wait = {
      type: "signal",
      signal: { name: signal, timeout_seconds: timeoutSeconds, on_timeout: onTimeout },
    };
    return this.#add(name, { ...settings, wait });
  }

  /**
   * Adds a step that submits a task, waits for its end and stores what its last steps stored. If that task fails or is
   * cancelled, the step has failed, and its next attempt submits another one.
   * @see docs/waiting.md
   */
  task<const Name extends string, Parents extends keyof Steps & string = never>(
    name: Name & (Name extends keyof Steps ? never : unknown),
    options: TaskStepOptions<Parents>,
  ): TemplateBuilder<
    Context,
    Steps & Record<Name, { readonly results: ChildResults; readonly upstream: Upstream<Steps, Parents> }>
  >;
  task(name: string, options: TaskStepOptions<string>): TemplateBuilder<Context, never> {
    const { task, namespace, version, context, ...settings } = options;
    const of = typeof task === "string" ? { name: task, namespace: undefined, version: undefined } : task.definition;
    const wait = {
      type: "task",
      task: { name: of.name, namespace: namespace ?? of.namespace, version: version ?? of.version, context },
    };
    return this.#add(name, { ...settings, wait });
  }

  /**
   * The template, ready to be registered.
   * @throws InvalidTemplateError with everything that is wrong; paths are those of the YAML form
   */
  build(): TaskTemplate {
    const reading = readValue(this.#toDocument());
    const checked = reading.issues.length === 0 ? checkTemplate(reading.tree) : { issues: reading.issues };
    if (!("definition" in checked)) throw new InvalidTemplateError(finishIssues(checked.issues));
    const makers = new Map(this.#steps.flatMap(makersOf));
    const events = new Map(this.#steps.map(({ name, options }) => [name, readCustomEvents(options.handler)]));
    const conditions = bindConditions(
      checked.definition,
      Object.fromEntries(this.#steps.map(({ name, options }) => [name, options.runIf])),
    );
    return createTaskTemplate(checked.definition, makers, this.#settings.taskHandler ?? null, events, conditions);
  }

  #toDocument(): unknown {
    const { name, namespace, version, description, dependentSystem, dependentSystems, handlerLimits, onFailure } =
      this.#settings;
    const { taskHandler } = this.#settings;
    return {
      name,
      namespace_name: namespace,
      version,
      description,
      default_dependent_system: dependentSystem,
      on_failure: onFailure,
      task_handler_class: taskHandler?.constructor.name || undefined,
      dependent_systems: systemSettingsToDocuments(dependentSystems),
      handler_limits: limitSettingsToDocuments(handlerLimits),
      schema: this.#context === undefined ? undefined : toContextSchema(this.#context),
      step_templates: this.#steps.map(stepToDocument),
    };
  }
}

function stepToDocument({ name, options }: AddedStep): unknown {
  return {
    name,
    description: options.description,
    dependent_system: options.dependentSystem,
    depends_on_steps: options.dependsOn,
    default_retryable: options.retryable,
    default_retry_limit: options.retryLimit,
    skippable: options.skippable,
    // A function is asked by the name of its step.
    run_if: typeof options.runIf === "function" ? { function: name } : conditionSettingsToDocument(options.runIf),
    when_skipped: options.whenSkipped,
    on_failure: options.onFailure,
    default_results: options.defaultResults,
    timeout_seconds: options.timeoutSeconds,
    circuit_breaker: circuitSettingsToDocument(options.circuitBreaker),
    priority: options.priority,
    limits: options.limits?.map(({ name: shared, ...limit }) => ({ name: shared, ...limitSettingsToDocument(limit) })),
    // A function has no name that another process could find it by: the step's is as good as any.
    handler_class: options.wait === undefined ? options.handler?.name || name : undefined,
    handler_config: options.handlerConfig,
    custom_events: options.customEvents,
    ...options.wait,
    for_each: forEachToDocument(options.forEach),
    compensation: compensationToDocument(name, options.compensation),
  };
}

function compensationToDocument(step: string, compensation: AnyStepOptions["compensation"]): unknown {
  if (compensation === undefined) return undefined;
  return {
    handler_class: compensation.handler?.name || undoName(step),
    handler_config: compensation.handlerConfig,
    default_retryable: compensation.retryable,
    default_retry_limit: compensation.retryLimit,
    timeout_seconds: compensation.timeoutSeconds,
  };
}

function forEachToDocument(forEach: AnyStepOptions["forEach"]): unknown {
  if (forEach === undefined) return undefined;
  const { step, path, maxParallel, maxItems } = forEach;
  return { step, path, max_parallel: maxParallel, max_items: maxItems };
}

/** The handlers that a step needs, by the names under which they are asked for. */
function makersOf({ name, options }: AddedStep, index: number): (readonly [string, HandlerMaker])[] {
  const { wait, compensation } = options;
  const path = `step_templates[${index}]`;
  const own = wait === undefined ? [[name, toMaker(options, `${path}.handler_class`)] as const] : [];
  if (compensation === undefined) return own;
  return [...own, [undoName(name), toMaker(compensation, `${path}.compensation.handler_class`)]];
}

function toMaker(
  options: Pick<AnyStepOptions, "process" | "processResults" | "handler" | "handlerConfig">,
  path: string,
): HandlerMaker {
  const { process, processResults, handler, handlerConfig } = options;
  if (process !== undefined) return () => new FunctionStepHandler(process, processResults ?? null);
  // It passed readValue, so it is JSON.
  const maker = toHandlerMaker(handler, (handlerConfig ?? null) as JsonObject | null);
  if (maker instanceof UnusableHandler) {
    throw new InvalidTemplateError([{ path, message: `the handler ${maker.reason}` }]);
  }
  return maker;
}

/**
 * Starts a template in TypeScript. The context is described by a zod schema, whose type the handlers see, or by a JSON
 * Schema, whose type may be given as the type argument.
 *
 * `defineTask({ name: "greet", context: z.object({ name: z.string() }) }).step("say", { process: ... }).build()`
 */
export function defineTask<Schema extends z.ZodType<object>>(
  settings: TaskSettings & { readonly context: Schema },
): TemplateBuilder<z.output<Schema>, Record<never, KnownStep>>;
export function defineTask<Context extends object = JsonObject>(
  settings: TaskSettings & { readonly context?: JsonObject },
): TemplateBuilder<Context, Record<never, KnownStep>>;
export function defineTask(
  settings: TaskSettings & { readonly context?: ContextSchema },
): TemplateBuilder<JsonObject, Record<never, KnownStep>> {
  return new TemplateBuilder(settings, settings.context, []);
}
