import { InvalidTemplateError } from "../errors/template-errors.ts";
import type { JsonObject } from "../json/json-value.ts";
import { checkTemplate } from "./check-template.ts";
import { circuitToDocument } from "./circuit-document.ts";
import { conditionToDocument } from "./condition.ts";
import { customEventToDocument } from "./custom-event-document.ts";
import type { Compensation, ForEach, StepDefinition, TaskDefinition } from "./definition.ts";
import { finishIssues } from "./draft-issue.ts";
import { namedLimitsToDocument, stepLimitsToDocument } from "./limit-document.ts";
import { readValue } from "./read-value.ts";
import { waitToDocument } from "./step-wait-document.ts";
import { TEMPLATE_DEFAULTS } from "./template-document.ts";

/**
 * The definition as it is stored: itself a template, in the keys of YAML, with every default written out. What is null
 * is left out, and so are keys that were added later and have their default, so that they do not change the hash of a
 * definition that does not use them.
 */
export function definitionToDocument(definition: TaskDefinition): JsonObject {
  return withoutNulls({
    name: definition.name,
    namespace_name: definition.namespace,
    version: definition.version,
    description: definition.description,
    task_handler_class: definition.taskHandlerClass,
    schema: definition.contextSchema,
    dependent_systems: namedLimitsToDocument(definition.systemLimits),
    handler_limits: namedLimitsToDocument(definition.handlerLimits),
    redact: definition.redact.length === 0 ? null : definition.redact,
    step_templates: definition.steps.map(stepToDocument),
  });
}

function stepToDocument(step: StepDefinition): JsonObject {
  return withoutNulls({
    name: step.name,
    description: step.description,
    dependent_system: step.dependentSystem,
    depends_on_steps: step.dependsOn,
    default_retryable: step.retryable,
    default_retry_limit: step.retryLimit,
    skippable: step.skippable,
    run_if: step.runIf === null ? null : conditionToDocument(step.runIf),
    when_skipped: step.whenSkipped === TEMPLATE_DEFAULTS.whenSkipped ? null : step.whenSkipped,
    on_failure: step.onFailure === TEMPLATE_DEFAULTS.onFailure ? null : step.onFailure,
    default_results: step.defaultResults,
    handler_class: step.wait === null ? step.handlerClass : null,
    handler_config: step.handlerConfig,
    timeout_seconds: step.timeoutSeconds,
    priority: step.priority === TEMPLATE_DEFAULTS.priority ? null : step.priority,
    queue: step.queue,
    custom_events: step.wait === null ? step.customEvents.map(customEventToDocument) : null,
    ...waitToDocument(step.wait),
    circuit_breaker: circuitToDocument(step.circuit),
    for_each: step.forEach === null ? null : forEachToDocument(step.forEach),
    limits: stepLimitsToDocument(step.limits),
    compensation: step.compensation === null ? null : compensationToDocument(step.compensation),
  });
}

function compensationToDocument(compensation: Compensation): JsonObject {
  return withoutNulls({
    handler_class: compensation.handlerClass,
    handler_config: compensation.handlerConfig,
    default_retryable: compensation.retryable,
    default_retry_limit: compensation.retryLimit,
    timeout_seconds: compensation.timeoutSeconds,
  });
}

function forEachToDocument({ step, path, maxParallel, maxItems }: ForEach): JsonObject {
  return withoutNulls({ step, path, max_parallel: maxParallel, max_items: maxItems });
}

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
}

/**
 * The definition that a stored document means.
 * @throws InvalidTemplateError if the value is not such a document; its issues have paths but no lines
 */
export function definitionFromDocument(value: unknown): TaskDefinition {
  const reading = readValue(value);
  const checked = reading.issues.length === 0 ? checkTemplate(reading.tree) : { issues: reading.issues };
  if (!("definition" in checked)) throw new InvalidTemplateError(finishIssues(checked.issues));
  return checked.definition;
}
