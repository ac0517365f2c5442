import { newCorrelationId } from "../correlation/correlation-id.ts";
import { currentCorrelationId } from "../correlation/current-correlation.ts";
import { InvalidRequestError } from "../errors/index.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import { type StepDraft, type TaskDraft, TaskHandler } from "../handlers/task-handler.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import { encodeJson } from "../json/encode.ts";
import type { JsonObject, JsonValue } from "../json/json-value.ts";
import type { StepDefinition, TaskDefinition } from "../templates/definition.ts";
import { compileContextValidator } from "../templates/validate-context.ts";
import type { Encryption } from "../vault/encryption.ts";
import { checkBypass } from "./check-bypass.ts";
import type { CompiledDefinition, DefinitionCache } from "./compiled-definition.ts";
import { type Identity, identify, keyedIdentity, randomIdentity } from "./identity.ts";
import type { IdentityRule } from "./identity-settings.ts";
import { type ParsedRequest, parseRequest } from "./parse-request.ts";
import { TaskSeal } from "./protection/task-seal.ts";
import { StoredJson } from "./stored-json.ts";
import type { TaskRequest } from "./task-request.ts";

/** A request that has passed every check: what submit writes. */
export interface PreparedTask {
  readonly request: ParsedRequest;
  readonly template: TaskTemplate;
  /** Whether this process can run it: its template is registered here. */
  readonly isRegistered: boolean;
  readonly compiled: CompiledDefinition;
  readonly context: StoredJson;
  readonly identity: Identity;
  readonly correlationId: string;
  readonly requestedAt: Date;
  /** Inputs of steps by their place in the definition, where the task handler gave any. */
  readonly inputs: ReadonlyMap<number, StoredJson>;
  /** Null: nothing is encrypted. */
  readonly seal: TaskSeal | null;
}

type Validator = (context: JsonObject) => JsonObject;

/** Turns requests into what is written, without touching the database. */
export class TaskPreparer {
  readonly #registry: HandlerRegistry;
  readonly #definitions: DefinitionCache;
  readonly #maxValueBytes: number;
  readonly #identity: IdentityRule;
  readonly #encryption: Encryption | null;
  readonly #validators = new WeakMap<TaskDefinition, Validator>();

  constructor(
    registry: HandlerRegistry,
    definitions: DefinitionCache,
    maxValueBytes: number,
    encryption: Encryption | null,
    identity: IdentityRule = { kind: "random" },
  ) {
    this.#encryption = encryption;
    this.#registry = registry;
    this.#definitions = definitions;
    this.#maxValueBytes = maxValueBytes;
    this.#identity = identity;
  }

  /**
   * @throws InvalidRequestError, HandlerNotFoundError, InvalidContextError, UnencodableValueError, ValueTooLargeError,
   * and what the template's task handler throws
   * @param known the template; default: it is looked up in the registry
   */
  prepare(request: TaskRequest, now: Date, known?: TaskTemplate): PreparedTask {
    const parsed = parseRequest(request);
    const template = known ?? this.#registry.get(parsed.namespace, parsed.name, parsed.version);
    const { given, context } = this.#checkContext(parsed, template.definition);
    const correlationId = parsed.correlationId ?? currentCorrelationId() ?? newCorrelationId();
    const requestedAt = parsed.requestedAt ?? now;
    const draft = (): TaskDraft => toTaskDraft(template.definition, parsed, context, correlationId, requestedAt);
    const { definition, inputs } = this.#applyHook(template, draft);
    checkBypass(definition.steps, parsed.bypassSteps);
    return {
      request: parsed,
      template,
      isRegistered: known === undefined,
      compiled: this.#definitions.compile(definition),
      context,
      identity: this.#identify(parsed, draft, given),
      correlationId,
      requestedAt,
      inputs,
      seal: this.#encryption === null ? null : new TaskSeal(this.#encryption.newSeal(), this.#encryption),
    };
  }

  /** A key that the caller gives wins over the engine's rule. */
  #identify({ namespace, name, idempotencyKey }: ParsedRequest, draft: () => TaskDraft, given: StoredJson): Identity {
    if (idempotencyKey !== undefined) return keyedIdentity(namespace, name, idempotencyKey);
    if (this.#identity.kind === "random") return randomIdentity();
    return identify(this.#identity, draft(), given.copy() as JsonObject);
  }

  /** The context as it was given, and as it will be stored. */
  #checkContext(request: ParsedRequest, definition: TaskDefinition): { given: StoredJson; context: StoredJson } {
    const what = `context of task ${definition.name}`;
    const encode = (value: unknown) => encodeJson(value, { maxBytes: this.#maxValueBytes, what });
    const given = new StoredJson(encode(request.context));
    if (definition.contextSchema === null) return { given, context: given };
    let validate = this.#validators.get(definition);
    if (validate === undefined) {
      validate = compileContextValidator(definition.contextSchema);
      this.#validators.set(definition, validate);
    }
    // What is validated is what will be stored: dates are text by then, and undefined members are gone.
    return { given, context: new StoredJson(encode(validate(JSON.parse(given.text)))) };
  }

  /** A hook that changes something makes a definition of its own, so that a run always has what it started with. */
  #applyHook(
    { definition, taskHandler }: TaskTemplate,
    draft: () => TaskDraft,
  ): { definition: TaskDefinition; inputs: ReadonlyMap<number, StoredJson> } {
    const base = TaskHandler.prototype.establishStepDependenciesAndDefaults;
    if (taskHandler === null || taskHandler.establishStepDependenciesAndDefaults === base) {
      return { definition, inputs: new Map() };
    }
    const drafts = definition.steps.map(toDraft);
    taskHandler.establishStepDependenciesAndDefaults(draft(), drafts);
    const steps = definition.steps.map((step, index) => fromDraft(step, drafts[index]));
    const changed = steps.some((step, index) => step !== definition.steps[index]);
    return { definition: changed ? { ...definition, steps } : definition, inputs: this.#encodeInputs(drafts) };
  }

  #encodeInputs(drafts: readonly StepDraft[]): ReadonlyMap<number, StoredJson> {
    const inputs = new Map<number, StoredJson>();
    for (const [index, draft] of drafts.entries()) {
      if (draft.inputs === null || draft.inputs === undefined) continue;
      const what = `inputs of step ${draft.name}`;
      inputs.set(index, new StoredJson(encodeJson(draft.inputs, { maxBytes: this.#maxValueBytes, what })));
    }
    return inputs;
  }
}

function toTaskDraft(
  definition: TaskDefinition,
  request: ParsedRequest,
  context: StoredJson,
  correlationId: string,
  requestedAt: Date,
): TaskDraft {
  return {
    namespace: definition.namespace,
    name: definition.name,
    version: definition.version,
    context: context.copy() as JsonObject,
    initiator: request.initiator,
    sourceSystem: request.sourceSystem,
    reason: request.reason,
    tags: request.tags,
    bypassSteps: request.bypassSteps,
    requestedAt,
    correlationId,
  };
}

function toDraft(step: StepDefinition): StepDraft {
  return {
    name: step.name,
    dependsOn: step.dependsOn,
    retryable: step.retryable,
    retryLimit: step.retryLimit,
    skippable: step.skippable,
    timeoutSeconds: step.timeoutSeconds,
    inputs: null as JsonValue,
  };
}

function fromDraft(step: StepDefinition, draft: StepDraft | undefined): StepDefinition {
  if (draft === undefined) return step;
  const { dependsOn, retryable, retryLimit, skippable, timeoutSeconds } = draft;
  expect(Number.isInteger(retryLimit) && retryLimit >= 1, step, "retryLimit", retryLimit, "an integer of 1 or more");
  expect(timeoutSeconds === null || timeoutSeconds > 0, step, "timeoutSeconds", timeoutSeconds, "more than 0, or null");
  const source = step.forEach?.step;
  expect(
    source === undefined || dependsOn.includes(source),
    step,
    "dependsOn",
    dependsOn,
    `${source}, whose list it runs over`,
  );
  const same =
    retryable === step.retryable &&
    retryLimit === step.retryLimit &&
    skippable === step.skippable &&
    timeoutSeconds === step.timeoutSeconds &&
    dependsOn.length === step.dependsOn.length &&
    dependsOn.every((name, place) => name === step.dependsOn[place]);
  if (same) return step;
  return { ...step, dependsOn: [...new Set(dependsOn)], retryable, retryLimit, skippable, timeoutSeconds };
}

function expect(holds: boolean, step: StepDefinition, field: string, value: unknown, expected: string): void {
  if (holds) return;
  throw new InvalidRequestError(`${field} of step ${step.name} is ${String(value)}, expected ${expected}`, {
    context: { step: step.name, field, value, expected },
  });
}
