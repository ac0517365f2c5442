import type { z } from "zod";
import { InvalidTemplateError } from "../../errors/index.ts";
import type { JsonObject, JsonValue } from "../../json/json-value.ts";
import { checkTemplate } from "../../templates/check-template.ts";
import type { FailurePolicy, SkipPolicy } from "../../templates/definition.ts";
import { finishIssues } from "../../templates/draft-issue.ts";
import { readValue } from "../../templates/read-value.ts";
import { bindConditions } from "../bind-conditions.ts";
import { systemSettingsToDocuments } from "../circuit-settings.ts";
import { type ContextSchema, toContextSchema } from "../context-schema.ts";
import { createTaskTemplate } from "../create-task-template.ts";
import { readCustomEvents } from "../custom-events/declared-by-class.ts";
import type { ItemShape } from "../item-shape.ts";
import { limitSettingsToDocuments } from "../limit-settings.ts";
import { DEFAULT_QUEUE, declaredQueues } from "../remote-steps.ts";
import type { HandlesStep } from "../step-handler.ts";
import type { TaskTemplate } from "../task-template.ts";
import { type AddedStep, type AnyStepOptions, makersOf, stepToDocument } from "./added-step.ts";
import type {
  ClassStepOptions,
  FunctionStepOptions,
  MappedClassStepOptions,
  MappedStepOptions,
  RemoteStepOptions,
  SignalStepOptions,
  SleepStepOptions,
  TaskSettings,
  TaskStepOptions,
} from "./step-options.ts";
import type {
  ChildResults,
  Gap,
  HandlerShape,
  KnownStep,
  ResultsIn,
  RunIfSetting,
  SignalResults,
  SleepResults,
  StoredShape,
  UNSHAPED,
  Upstream,
  VisibleResults,
} from "./step-types.ts";

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
   * Adds a step that workers run, in whatever language: those that take from its queue and have its handler.
   * @see docs/worker-protocol.md
   */
  remote<const Name extends string, Parents extends keyof Steps & string = never>(
    name: Name & (Name extends keyof Steps ? never : unknown),
    options: RemoteStepOptions<Parents>,
  ): TemplateBuilder<
    Context,
    Steps & Record<Name, { readonly results: JsonValue; readonly upstream: Upstream<Steps, Parents> }>
  >;
  remote(name: string, options: RemoteStepOptions<string>): TemplateBuilder<Context, never> {
    const { handlerClass, queue = DEFAULT_QUEUE, ...settings } = options;
    return this.#add(name, { ...settings, remote: { handlerClass, queue } });
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
    return createTaskTemplate(checked.definition, {
      makers,
      taskHandler: this.#settings.taskHandler ?? null,
      customEvents: events,
      conditions,
      queues: declaredQueues(checked.definition),
    });
  }

  #toDocument(): unknown {
    const {
      name,
      namespace,
      version,
      description,
      dependentSystem,
      dependentSystems,
      handlerLimits,
      redact,
      onFailure,
    } = this.#settings;
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
      redact,
      schema: this.#context === undefined ? undefined : toContextSchema(this.#context),
      step_templates: this.#steps.map(stepToDocument),
    };
  }
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
