import { InvalidEventPayloadError } from "../../errors/index.ts";
import type { JsonObject } from "../../json/json-value.ts";
import type { CustomEventDefinition, EventCondition, PayloadPaths } from "../../templates/custom-event.ts";
import type { StepDefinition } from "../../templates/definition.ts";
import type { EventDeclaration } from "../../templates/event-declaration.ts";
import { compileSchemaCheck } from "../../templates/validate-context.ts";
import type { TaskTemplate } from "../task-template.ts";

/** When the engine publishes an event itself, and with what. */
export interface EventTrigger {
  readonly condition: EventCondition;
  readonly payload: PayloadPaths | null;
}

/** An event that a step may publish. */
export interface StepEvent {
  readonly name: string;
  /** Empty: only the handler publishes it. */
  readonly triggers: readonly EventTrigger[];
  /**
   * The payload as it is told: with the defaults of its schema.
   * @param at when it is published, milliseconds since the epoch
   * @throws InvalidEventPayloadError that names each field which breaks the schema
   */
  settle(payload: JsonObject, at: number): JsonObject;
}

/** The events that a step may publish besides the engine's. */
export interface StepEvents {
  readonly names: readonly string[];
  get(name: string): StepEvent | undefined;
  /** Those that the engine publishes itself. */
  readonly triggered: readonly StepEvent[];
}

const NONE: StepEvents = { names: [], get: () => undefined, triggered: [] };

/**
 * Brings together what is said of the events of a step. Of several schemas for one name the first counts: the definition's, the
 * class's, then that of the declarations.
 */
export function makeStepEvents(
  { customEvents }: Pick<TaskTemplate, "customEvents">,
  step: StepDefinition,
  declared: readonly EventDeclaration[],
): StepEvents {
  const own = [...step.customEvents, ...(customEvents?.get(step.name) ?? [])];
  const allowed = declared.filter(({ firedBy }) => firedBy.some((handler) => isHandler(handler, step.handlerClass)));
  const names = [...new Set([...own, ...allowed].map(({ name }) => name))];
  if (names.length === 0) return NONE;
  const events = new Map(
    names.map((name) => {
      const found = own.filter((event) => event.name === name);
      return [
        name,
        makeEvent(
          name,
          found,
          declared.find((event) => event.name === name),
        ),
      ];
    }),
  );
  return {
    names,
    get: (name) => events.get(name),
    triggered: [...events.values()].filter(({ triggers }) => triggers.length > 0),
  };
}

/** A Ruby name such as `Shop::ChargeCard` is also meant by its last part, as where handlers are looked up. */
function isHandler(named: string, handlerClass: string): boolean {
  return named === handlerClass || named === handlerClass.split("::").at(-1);
}

function makeEvent(
  name: string,
  own: readonly CustomEventDefinition[],
  declared: EventDeclaration | undefined,
): StepEvent {
  const ownSchema = own.find(({ payloadSchema }) => payloadSchema !== null)?.payloadSchema ?? null;
  const schema = ownSchema ?? declared?.payloadSchema ?? null;
  const isStamped = ownSchema === null && declared?.isStamped === true;
  return {
    name,
    triggers: own.flatMap(({ condition, payload }) => (condition === null ? [] : [{ condition, payload }])),
    settle: schema === null ? (payload) => payload : settleBy(name, schema, isStamped),
  };
}

function settleBy(name: string, schema: JsonObject, isStamped: boolean): StepEvent["settle"] {
  const check = compileSchemaCheck(schema, "the payload");
  return (payload, at) => {
    const stamped = isStamped && payload.timestamp === undefined;
    const given = stamped ? { ...payload, timestamp: new Date(at).toISOString() } : payload;
    const { value, violations } = check(given);
    if (violations.length === 0) return value;
    const lines = violations.map(({ message }) => message);
    throw new InvalidEventPayloadError(`The payload of event ${name} does not match its schema:\n${lines.join("\n")}`, {
      context: { event: name, violations },
    });
  };
}
