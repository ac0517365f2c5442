import { circuitOf, type StepCircuit } from "./circuit-document.ts";
import { conditionFromDocument } from "./condition.ts";
import { customEventFromDocument } from "./custom-event-document.ts";
import type { Compensation, ForEach, StepDefinition, TaskDefinition } from "./definition.ts";
import { namedLimitsOf, stepLimitsOf } from "./limit-document.ts";
import { waitOfDocument } from "./step-wait-document.ts";
import { systemLimitsOf } from "./system-document.ts";
import { type StepDocument, TEMPLATE_DEFAULTS, type TemplateDocument } from "./template-document.ts";

/**
 * The definition that a valid template means: defaults filled in, dependencies of both keys united, module and class
 * joined. The result is frozen, except for what `schema` and `handler_config` hold.
 */
export function normalizeTemplate(document: TemplateDocument): TaskDefinition {
  return Object.freeze({
    namespace: document.namespace_name ?? TEMPLATE_DEFAULTS.namespace,
    name: document.name,
    version: document.version ?? TEMPLATE_DEFAULTS.version,
    description: typeof document.description === "string" ? document.description : null,
    taskHandlerClass: qualifyClass(document.task_handler_class ?? null, document.module_namespace ?? null),
    contextSchema: document.schema ?? null,
    systemLimits: Object.freeze(systemLimitsOf(document.dependent_systems ?? {})),
    handlerLimits: Object.freeze(namedLimitsOf(document.handler_limits ?? {})),
    redact: Object.freeze(document.redact ?? []),
    steps: Object.freeze(document.step_templates.map((step) => normalizeStep(step, document))),
  });
}

/** Names of the steps that a step depends on, in written order, each once; last the one whose list it runs over. */
export function dependenciesOf(
  step: Pick<StepDocument, "depends_on_step" | "depends_on_steps" | "for_each">,
): readonly string[] {
  const names = [step.depends_on_step ?? null, ...(step.depends_on_steps ?? []), step.for_each?.step ?? null];
  return [...new Set(names.filter((name) => name !== null))];
}

function normalizeStep(step: StepDocument, template: TemplateDocument): StepDefinition {
  const dependentSystem =
    step.dependent_system ?? template.default_dependent_system ?? TEMPLATE_DEFAULTS.dependentSystem;
  return Object.freeze({
    name: step.name,
    description: step.description ?? step.name,
    dependentSystem,
    dependsOn: Object.freeze(dependenciesOf(step)),
    retryable: step.default_retryable ?? TEMPLATE_DEFAULTS.retryable,
    retryLimit: step.default_retry_limit ?? TEMPLATE_DEFAULTS.retryLimit,
    skippable: step.skippable ?? TEMPLATE_DEFAULTS.skippable,
    runIf: step.run_if == null ? null : conditionFromDocument(step.run_if),
    whenSkipped: step.when_skipped ?? TEMPLATE_DEFAULTS.whenSkipped,
    onFailure: step.on_failure ?? template.on_failure ?? TEMPLATE_DEFAULTS.onFailure,
    defaultResults: step.default_results ?? null,
    handlerClass: step.handler_class ?? step.type ?? "",
    handlerConfig: step.handler_config ?? null,
    timeoutSeconds: step.timeout_seconds ?? null,
    priority: step.priority ?? TEMPLATE_DEFAULTS.priority,
    queue: step.queue ?? null,
    wait: waitOfDocument(step),
    limits: Object.freeze(stepLimitsOf(step.limits ?? [])),
    circuit: circuitOfStep(step, template, dependentSystem),
    customEvents: Object.freeze((step.custom_events ?? []).map(customEventFromDocument)),
    forEach: normalizeForEach(step.for_each ?? null),
    compensation: normalizeCompensation(step.compensation ?? null),
  });
}

function normalizeCompensation(document: NonNullable<StepDocument["compensation"]> | null): Compensation | null {
  if (document === null) return null;
  return Object.freeze({
    handlerClass: document.handler_class,
    handlerConfig: document.handler_config ?? null,
    retryable: document.default_retryable ?? TEMPLATE_DEFAULTS.retryable,
    retryLimit: document.default_retry_limit ?? TEMPLATE_DEFAULTS.retryLimit,
    timeoutSeconds: document.timeout_seconds ?? null,
  });
}

function normalizeForEach(forEach: NonNullable<StepDocument["for_each"]> | null): ForEach | null {
  if (forEach === null) return null;
  return Object.freeze({
    step: forEach.step,
    path: forEach.path ?? null,
    maxParallel: forEach.max_parallel ?? null,
    maxItems: forEach.max_items ?? TEMPLATE_DEFAULTS.maxItems,
  });
}

/** Steps that talk to the same system go through one circuit, unless a step names another one. */
function circuitOfStep(step: StepDocument, template: TemplateDocument, system: string): StepCircuit | null {
  const shared = template.dependent_systems?.[system]?.circuit_breaker;
  // A step without a handler calls nobody.
  if (step.circuit_breaker == null) return shared == null || step.type != null ? null : circuitOf(system, shared);
  const own = `${template.name}.${step.name}`;
  const name = step.circuit_breaker.name ?? (system === TEMPLATE_DEFAULTS.dependentSystem ? own : system);
  return circuitOf(name, step.circuit_breaker);
}

function qualifyClass(className: string | null, module: string | null): string | null {
  return className === null || module === null || className.includes("::") ? className : `${module}::${className}`;
}
