import { InvalidTemplateError } from "../../errors/index.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { undoName } from "../../templates/added-step-name.ts";
import type { FailurePolicy, SkipPolicy } from "../../templates/definition.ts";
import { circuitSettingsToDocument } from "../circuit-settings.ts";
import { conditionSettingsToDocument } from "../condition-settings.ts";
import { toContextSchema } from "../context-schema.ts";
import type { StepExecution, StepSequence, TaskView } from "../execution.ts";
import { FunctionStepHandler } from "../function-step-handler.ts";
import { type HandlerMaker, toHandlerMaker, UnusableHandler } from "../handler-maker.ts";
import { limitSettingsToDocument } from "../limit-settings.ts";
import type { ForEachSetting, StepSettings } from "./step-options.ts";

/** Either kind, as the builder keeps it. */
export interface AnyStepOptions extends StepSettings<string, boolean, SkipPolicy, FailurePolicy, unknown> {
  readonly forEach?: ForEachSetting<string, string | undefined> | undefined;
  process?(task: TaskView<object>, sequence: StepSequence<object>, step: StepExecution<unknown>): unknown;
  processResults?(step: StepExecution<unknown>, output: unknown, previous: unknown): unknown;
  readonly handler?: new (config: never) => unknown;
  readonly handlerConfig?: unknown;
  readonly compensation?: AnyCompensation | undefined;
  /** For a step that workers run. */
  readonly remote?: { readonly handlerClass: string; readonly queue: string };
  /** For a step without a handler: its type and what belongs to it, in the keys of YAML. */
  readonly wait?: { readonly type: string } & Readonly<Record<string, unknown>>;
}

type AnyCompensation = Pick<AnyStepOptions, "retryable" | "retryLimit" | "timeoutSeconds" | "handlerConfig"> & {
  process?(task: TaskView<object>, sequence: StepSequence<object>, step: StepExecution<unknown>): unknown;
  readonly handler?: new (config: never) => unknown;
};

/** A step as the builder keeps it. */
export interface AddedStep {
  readonly name: string;
  readonly options: AnyStepOptions;
}

/** The step in the keys of YAML. */
export function stepToDocument({ name, options }: AddedStep): unknown {
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
    handler_class:
      options.wait === undefined ? (options.remote?.handlerClass ?? (options.handler?.name || name)) : undefined,
    queue: options.remote?.queue,
    handler_config: options.handlerConfig,
    custom_events: options.customEvents?.map(({ payloadSchema, ...event }) => ({
      ...event,
      payload_schema: payloadSchema == null ? undefined : toContextSchema(payloadSchema),
    })),
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
export function makersOf({ name, options }: AddedStep, index: number): (readonly [string, HandlerMaker])[] {
  const { wait, compensation, remote } = options;
  const path = `step_templates[${index}]`;
  const own =
    wait === undefined && remote === undefined ? [[name, toMaker(options, `${path}.handler_class`)] as const] : [];
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
