import {
  InvalidEventPayloadError,
  ProceduralError,
  UndeclaredEventError,
  UnencodableValueError,
} from "../errors/index.ts";
import type { Passage } from "../handlers/circuits/circuit-board.ts";
import type { CustomEventRegistry } from "../handlers/custom-events/registry.ts";
import type { StepEvent, StepEvents } from "../handlers/custom-events/step-events.ts";
import type { StepExecution } from "../handlers/execution.ts";
import type { HandlerResources } from "../handlers/resources.ts";
import { encodeJson } from "../json/encode.ts";
import type { JsonObject, JsonValue } from "../json/json-value.ts";
import type { Redaction } from "../secrets/redaction.ts";
import { conditionMayHold, type EventCondition, type PayloadSource, payloadFrom } from "../templates/custom-event.ts";
import { hintAt } from "../text/nearest-name.ts";
import { utf8Length } from "../text/utf8-length.ts";
import type { AttemptSpan } from "../tracing/attempt-span.ts";
import type { SecretSource } from "../vault/secret-source.ts";
import { describeFailure } from "./describe-failure.ts";
import type { Permit } from "./limits/permit.ts";
import type { Outcome } from "./outcome.ts";
import type { OutsideAttempt, TakenAttempt } from "./sharing/outside-attempt.ts";
import type { LaneSlots } from "./slots.ts";
import type { StepRun } from "./step-run.ts";
import { StoredJson } from "./stored-json.ts";
import type { TaskRun } from "./task-run.ts";

/** An event that a handler has published in an attempt. */
export interface PublishedEvent {
  readonly name: string;
  /** A JSON object. */
  readonly payload: StoredJson;
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly at: number;
  /** It is told if one of them holds; null: whatever the attempt comes to. */
  readonly conditions: readonly EventCondition[] | null;
}

/** What publishing events needs of the engine. */
export interface EventRules {
  readonly clock: { now(): number };
  /** Largest sum of the payloads of an attempt, in bytes of JSON. */
  readonly maxValueBytes: number;
  readonly eventDeclarations: Pick<CustomEventRegistry, "ofStep">;
}

/** Most events that an attempt publishes. */
const MOST_PUBLISHED = 10_000;

const NONE_PUBLISHED: readonly PublishedEvent[] = [];

/** One attempt of a step: what the handler gets, and what becomes of it. */
export class Execution implements StepExecution {
  readonly executionId: string;
  readonly stepId: number;
  readonly name: string;
  readonly attempt: number;
  readonly retryLimit: number;
  readonly retryable: boolean;
  readonly inputs: JsonValue;
  readonly itemIndex: number | null;
  readonly compensates: string | null;
  results: unknown;
  readonly resources: HandlerResources;

  /** The task and step it belongs to: replaced when the task is loaded again while the handler runs. */
  run: TaskRun;
  step: StepRun;
  /** Whether the handler was called. */
  launched = false;
  /** Where the slot is to be given back that it takes up; null if it takes up none any more. */
  slots: LaneSlots | null = null;
  /** What it holds under the limits of its step, until its outcome is committed; null if nothing, or not any more. */
  permit: Permit | null = null;
  /** Whether its outcome waits in a lane. */
  settling = false;
  /** Whether its outcome must be written in a batch of its own, because one that held it was refused for its data. */
  alone = false;
  /** What it came to, once that is known; the first one stays. */
  outcome: Outcome | null = null;
  /** The right with which it goes through a circuit, to be given back with its outcome; null if it goes through none. */
  passage: Passage | null = null;
  /** Whether its step went on without it: what it comes to changes nothing any more. */
  isAbandoned = false;
  /** Why its handler was told to stop although nothing is wrong with the step; null if it was not. */
  interruption: Error | null = null;
  /** Milliseconds since the epoch when the handler was called. */
  startedAt = 0;
  /** Set if another process calls the handler. */
  outside: OutsideAttempt | null = null;
  /** Set if this process calls the handler for the one that owns the task. */
  taken: TakenAttempt | null = null;

  /** The span of this attempt in this process; null if none is made. */
  span: AttemptSpan | null = null;

  /** Where references of `handler_config` lead; null: the handler is not called yet. */
  secrets: SecretSource | null = null;

  /** Why its inputs or its earlier results cannot be had; undefined if they can. */
  unreadable: unknown;

  readonly #handlerConfig: JsonObject | null;
  #published: PublishedEvent[] | null = null;
  #publishedBytes = 0;
  #eventRules: EventRules | null = null;
  #controller: AbortController | null = null;
  #abortReason: Error | null = null;

  constructor(executionId: string, run: TaskRun, step: StepRun, resources: HandlerResources) {
    this.executionId = executionId;
    this.run = run;
    this.step = step;
    this.resources = resources;
    this.stepId = step.stepId;
    this.name = step.name;
    this.attempt = step.attempts;
    this.retryLimit = step.retryLimit;
    this.retryable = step.retryable;
    const role = run.compiled.stepNamed.roleOf(step.name);
    this.itemIndex = role.kind === "instance" ? role.index : null;
    this.#handlerConfig = run.compiled.stepNamed.get(step.name)?.handlerConfig ?? null;
    const undone = role.kind === "undo" ? run.steps[run.graph.indexOf(role.of)] : undefined;
    this.compensates = undone?.name ?? null;
    this.inputs = this.#read(step.inputs ?? undone?.results) as JsonValue;
    this.results = this.#read(step.results);
  }

  #read(stored: StoredJson | undefined): unknown {
    try {
      return stored?.copy() ?? null;
    } catch (error) {
      this.unreadable = error;
      return null;
    }
  }

  get handlerConfig(): JsonObject | null {
    if (this.#handlerConfig === null || this.secrets === null) return this.#handlerConfig;
    return this.secrets.resolve(this.#handlerConfig, `step ${this.name}: handler_config`);
  }

  /** Made when it is first asked for: most handlers never do, and a signal costs more than the rest of an execution. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#abortReason !== null) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  /** What the handler has published so far. */
  get published(): readonly PublishedEvent[] {
    const end = this.outside?.end;
    return (end?.isStored === true ? end.published : this.#published) ?? NONE_PUBLISHED;
  }

  /** Id of the span that was made of this attempt, wherever its handler was called; null if none was, or it is not recorded. */
  get spanId(): string | null {
    return this.outside?.end?.spanId ?? this.span?.spanId ?? null;
  }

  /** Lets the handler publish events. */
  openEvents(rules: EventRules): void {
    this.#eventRules = rules;
  }

  publishEvent(name: string, payload: object = {}): void {
    const { name: step } = this;
    if (this.#eventRules === null || this.outcome !== null) {
      throw new ProceduralError(`step ${step} published ${JSON.stringify(name)} after its attempt had ended`, {
        context: { step, event: name },
      });
    }
    const events = this.#stepEvents(this.#eventRules);
    const event = events?.get(name);
    if (event === undefined) {
      const declared = events?.names ?? [];
      throw new UndeclaredEventError(
        `step ${step} published ${JSON.stringify(name)}, which it does not declare (${hintAt(name, declared, "declared")})`,
        { context: { step, event: name, declared } },
      );
    }
    const conditions = event.triggers.length === 0 ? null : event.triggers.map(({ condition }) => condition);
    this.#publish(this.#eventRules, event, payload, conditions);
  }

  /**
   * Publishes what the step's declarations want published at such an end of an attempt, unless the handler has.
   * @param redaction what of context and inputs no event may tell; of results and errors it is gone already
   * @returns what the attempt came to: where a payload breaks its schema, a failure
   */
  conclude(outcome: Outcome, redaction: Redaction | null = null): Outcome {
    if (this.#eventRules === null || (outcome.kind !== "success" && outcome.kind !== "failure")) return outcome;
    const triggered = this.#stepEvents(this.#eventRules)?.triggered ?? [];
    if (triggered.length === 0) return outcome;
    const told = new Set(this.published.map(({ name }) => name));
    const source = payloadSourceOf(this, outcome, redaction);
    const violations: string[] = [];
    for (const event of triggered) {
      if (told.has(event.name)) continue;
      for (const { condition, payload } of event.triggers) {
        if (!conditionMayHold(condition, outcome.kind === "failure")) continue;
        try {
          this.#publish(this.#eventRules, event, payloadFrom(payload, source), [condition]);
        } catch (error) {
          violations.push(error instanceof Error ? error.message : String(error));
        }
      }
    }
    if (violations.length === 0) return outcome;
    const { durationMs } = outcome;
    const before = outcome.kind === "failure" ? [`the attempt failed: ${outcome.failure.message}`] : [];
    const error = new InvalidEventPayloadError([...before, ...violations].join("\n"), { context: { step: this.name } });
    const failure: Outcome = { kind: "failure", failure: describeFailure(error), durationMs };
    // What was to tell of a success does not: its condition does not hold. Events of failures tell of this one.
    return outcome.kind === "success" ? this.conclude(failure, redaction) : failure;
  }

  #stepEvents({ eventDeclarations }: EventRules): StepEvents | null {
    const { compiled, template } = this.run;
    // An instance of a mapped step has the definition of that step.
    const definition = compiled.stepNamed.get(this.name);
    return definition === undefined ? null : eventDeclarations.ofStep(template, definition);
  }

  #publish(rules: EventRules, event: StepEvent, payload: object, conditions: PublishedEvent["conditions"]): void {
    const { name: step } = this;
    const context = { step, event: event.name };
    const what = `payload of event ${event.name} of step ${step}`;
    const at = rules.clock.now();
    let text = encodeJson(payload, { maxBytes: rules.maxValueBytes - this.#publishedBytes, what });
    if (!text.startsWith("{")) throw new UnencodableValueError(`${what} is no object`, { context });
    const given: JsonObject = JSON.parse(text);
    const settled = event.settle(given, at);
    // Defaults of the schema and the time of publication may have been added.
    if (settled !== given) text = encodeJson(settled, { maxBytes: rules.maxValueBytes - this.#publishedBytes, what });
    this.#published ??= [];
    if (this.#published.length === MOST_PUBLISHED) {
      throw new ProceduralError(`step ${step} published more than ${MOST_PUBLISHED} events in one attempt`, {
        context,
      });
    }
    this.#publishedBytes += utf8Length(text);
    this.#published.push({ name: event.name, payload: new StoredJson(text), at, conditions });
  }

  /** Replaces a success whose results, or what was published with them, the database does not take by a failure. */
  refuse(error: unknown): void {
    this.#published = null;
    if (this.outside?.end != null) this.outside.end = { ...this.outside.end, published: [] };
    const cause = error instanceof Error ? error.message : String(error);
    const refused = new UnencodableValueError(`results of step ${this.name} were refused by the database: ${cause}`);
    this.outcome = { kind: "failure", failure: describeFailure(refused), durationMs: 0 };
  }

  /** Tells the handler to stop. If it does, that is no failure of the step. */
  interrupt(reason: Error): void {
    this.interruption ??= reason;
    this.abort(reason);
  }

  abort(reason: Error): void {
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }
}

function payloadSourceOf(
  { run, name, inputs, attempt }: Execution,
  outcome: Extract<Outcome, { readonly kind: "success" | "failure" }>,
  redaction: Redaction | null,
): PayloadSource {
  const failure = outcome.kind === "failure" ? outcome.failure : null;
  return {
    // Read only if a payload asks for it: it may be unreadable.
    get context() {
      return redaction === null ? run.view.context : (redaction.context(run.view.context) as JsonObject);
    },
    inputs: redaction === null ? inputs : redaction.inputs(run.compiled.stepNamed.get(name)?.name ?? name, inputs),
    attempt,
    results: outcome.kind === "success" ? outcome.results.value : undefined,
    error:
      failure === null ? undefined : { message: failure.message, class: failure.errorClass, code: failure.errorCode },
  };
}
