import { z } from "zod";
import type { JsonObject, JsonValue } from "../json/json-value.ts";
import { isRedactedPath, REDACTED_PATH_EXPECTED } from "../secrets/redaction.ts";
import { StepCircuitDocument } from "./circuit-document.ts";
import { CustomEventDocument } from "./custom-event-document.ts";
import { NamedLimitsDocument, StepLimitDocument } from "./limit-document.ts";
import { WAIT_KEYS } from "./step-wait-document.ts";
import { SystemsDocument } from "./system-document.ts";
import { isVersion, VERSION_LENGTH } from "./version.ts";

/** Longest name of a task or a namespace, in characters. */
export const TASK_NAME_LENGTH = 64;
/** Longest name of a step, in characters. */
export const STEP_NAME_LENGTH = 128;
/** Largest value of the column `retry_limit`. */
const LARGEST_INTEGER = 2 ** 31 - 1;

/** The version of a task: `digits.digits.digits`, 16 characters at most. */
export const TaskVersion = z
  .string()
  .max(VERSION_LENGTH)
  .refine((version) => version.length > VERSION_LENGTH || isVersion(version), {
    error: 'a version such as "1.0.0" (three numbers with dots between)',
  });

const text = z.string().min(1);
const taskName = text.max(TASK_NAME_LENGTH);
const stepName = text.max(STEP_NAME_LENGTH);
const systemName = text.max(64);

const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  { error: "a mapping" },
);

const redactedPath = z.string().refine(isRedactedPath, { error: REDACTED_PATH_EXPECTED });

const jsonValue = z.custom<JsonValue>(() => true);

/** Most items of a list that a step can be run for. */
export const MOST_ITEMS = 100_000;

/** Runs a step once for each item of the list that another step returned. */
export const ForEachDocument = z.strictObject({
  /** The step that returns the list. It counts as a dependency. */
  step: stepName,
  /** Where the list is in its results: keys and places with dots between, such as `orders.0.lines`. Default: they are it. */
  path: text.nullish(),
  /** Most items that are worked on at the same time in a task. Default: as many as the engine's concurrency allows. */
  max_parallel: z.int().min(1).max(LARGEST_INTEGER).nullish(),
  /** Longest list that is accepted. Default: 10,000. */
  max_items: z.int().min(1).max(MOST_ITEMS).nullish(),
});

/** Longest name of a queue, in characters. */
const QUEUE_NAME_LENGTH = 64;
const QUEUE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** The name of a queue from which workers take steps. */
export const QueueName = z
  .string()
  .max(QUEUE_NAME_LENGTH)
  .regex(QUEUE_NAME, { error: "letters, digits, dots, dashes and underscores, the first one a letter or digit" });

/** Undoes what a step has done when its task fails. */
export const CompensationDocument = z.strictObject({
  handler_class: text,
  handler_config: jsonObject.nullish(),
  /** Default: true. */
  default_retryable: z.boolean().nullish(),
  /** Largest number of attempts. Default: 3. */
  default_retry_limit: z.int().min(1).max(LARGEST_INTEGER).nullish(),
  /** Deadline of one attempt in seconds. Default: none. */
  timeout_seconds: z.number().positive().nullish(),
});

const failurePolicy = z.enum(["fail", "continue", "compensate"], { error: '"fail", "continue" or "compensate"' });

/** One entry of `step_templates`. A key without a value counts as absent. */
export const StepDocument = z.strictObject({
  name: stepName,
  /** Required, unless the step has a `type`. */
  handler_class: text.nullish(),
  /** Default: the name. */
  description: z.string().nullish(),
  /** Default: `default_dependent_system`, or else `unknown`. */
  dependent_system: systemName.nullish(),
  depends_on_step: stepName.nullish(),
  depends_on_steps: z.array(stepName).nullish(),
  /** Default: true. */
  default_retryable: z.boolean().nullish(),
  /** Largest number of attempts. Default: 3. */
  default_retry_limit: z.int().min(1).max(LARGEST_INTEGER).nullish(),
  /** Default: false. */
  skippable: z.boolean().nullish(),
  /** What `check-conditions.ts` checks. Default: the step runs. */
  run_if: jsonObject.nullish(),
  /** Default: `satisfied`. */
  when_skipped: z.enum(["satisfied", "skip_dependants"], { error: '"satisfied" or "skip_dependants"' }).nullish(),
  /** Default: the template's. */
  on_failure: failurePolicy.nullish(),
  /** Default: null. */
  default_results: jsonValue.optional(),
  handler_config: jsonObject.nullish(),
  custom_events: z.array(CustomEventDocument).nullish(),
  /** Deadline of one attempt in seconds. Default: none. */
  timeout_seconds: z.number().positive().nullish(),
  /** Among the ready steps of tasks of the same priority the higher goes first. Default: 0. */
  priority: z.int().min(-32_768).max(32_767).nullish(),
  /** Workers that take from this queue run it, in whatever language. Default: processes with an engine run it. */
  queue: QueueName.nullish(),
  ...WAIT_KEYS,
  for_each: ForEachDocument.nullish(),
  /** How many executions of it may run at the same time or start within a time, in all processes. Default: any number. */
  limits: z.array(StepLimitDocument).nullish(),
  /** Lets nothing through for a while after failures. Default: that of its external system, or none. */
  circuit_breaker: StepCircuitDocument.nullish(),
  compensation: CompensationDocument.nullish(),
});

/**
 * A template as it is written in YAML or JSON, after `environments` was merged and taken out. Keys that the reference
 * accepts and ignores are accepted with any value.
 */
export const TemplateDocument = z.strictObject({
  name: taskName,
  /** Default: `default`. */
  namespace_name: taskName.nullish(),
  /** Default: `0.1.0`. */
  version: TaskVersion.nullish(),
  description: z.unknown().optional(),
  task_handler_class: text.nullish(),
  /** Put before `task_handler_class` when that has no module of its own. */
  module_namespace: text.nullish(),
  /** Accepted for the reference's sake: how many steps run at once is the engine's decision. */
  concurrent: z.boolean().nullish(),
  default_dependent_system: systemName.nullish(),
  /** Limits and circuit breakers of the external systems of its steps, by their names. */
  dependent_systems: SystemsDocument.nullish(),
  /** Limits of the handlers of its steps, by their `handler_class`. */
  handler_limits: NamedLimitsDocument.nullish(),
  /** The only names that steps and their dependencies may have. */
  named_steps: z.array(stepName).nullish(),
  /** JSON Schema of the context. */
  schema: jsonObject.nullish(),
  /** Places of values that are not to be stored or shown: `context.card.number`, `results.*.token`, `error.*`. */
  redact: z.array(redactedPath).nullish(),
  /** For the steps that do not say themselves. Default: `fail`. */
  on_failure: failurePolicy.nullish(),
  step_templates: z.array(StepDocument),
  handler_config: z.unknown().optional(),
  custom_events: z.unknown().optional(),
  configuration: z.unknown().optional(),
});

/** A template as it is written. */
export type TemplateDocument = z.infer<typeof TemplateDocument>;
/** One step of a template as it is written. */
export type StepDocument = z.infer<typeof StepDocument>;

/** What a template says when it leaves a key out. */
export const TEMPLATE_DEFAULTS = {
  namespace: "default",
  version: "0.1.0",
  dependentSystem: "unknown",
  retryable: true,
  retryLimit: 3,
  skippable: false,
  whenSkipped: "satisfied",
  onFailure: "fail",
  priority: 0,
  maxItems: 10_000,
} as const;
