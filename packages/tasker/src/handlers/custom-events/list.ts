import type { JsonObject } from "../../json/json-value.ts";
import type { CustomEventDefinition, EventCondition } from "../../templates/custom-event.ts";
import type { EventDeclaration } from "../../templates/event-declaration.ts";
import type { TaskTemplate } from "../task-template.ts";

/** A declared event, as it is listed. */
export interface RegisteredCustomEvent {
  readonly name: string;
  readonly category: "custom";
  readonly description: string;
  /** JSON Schema of the payload; null if every object is accepted. */
  readonly payloadSchema: JsonObject | null;
  /** The ends of attempts at which the engine publishes it itself, sorted. */
  readonly conditions: readonly EventCondition[];
  /** Names of the handlers that may publish it, sorted. */
  readonly firedBy: readonly string[];
  /** Where it is declared: steps of templates, `shop.order@1.0.0: charge`; classes, `class ChargeCard`; files, `events/order.yml:4`; `code`. */
  readonly declaredIn: readonly string[];
}

interface Found {
  description: string | null;
  payloadSchema: JsonObject | null;
  readonly conditions: Set<EventCondition>;
  readonly firedBy: Set<string>;
  readonly declaredIn: Set<string>;
}

/**
 * All events that steps of these templates may publish, and those that are declared apart from them, by name. Of several
 * descriptions and schemas the first ones stand.
 */
export function listCustomEvents(
  templates: readonly TaskTemplate[],
  declared: readonly EventDeclaration[],
): readonly RegisteredCustomEvent[] {
  const found = new Map<string, Found>();
  const at = (name: string) => {
    const known = found.get(name) ?? {
      description: null,
      payloadSchema: null,
      conditions: new Set(),
      firedBy: new Set(),
      declaredIn: new Set(),
    };
    found.set(name, known);
    return known;
  };
  const add = (declaration: CustomEventDefinition, handlerClass: string, place: string) => {
    const event = at(declaration.name);
    event.description ??= declaration.description;
    event.payloadSchema ??= declaration.payloadSchema;
    event.firedBy.add(handlerClass);
    event.declaredIn.add(place);
    if (declaration.condition !== null) event.conditions.add(declaration.condition);
  };
  for (const { definition, customEvents } of templates) {
    const { namespace, name: task, version } = definition;
    for (const { name: step, handlerClass, customEvents: own } of definition.steps) {
      for (const declaration of own) add(declaration, handlerClass, `${namespace}.${task}@${version}: ${step}`);
      for (const declaration of customEvents?.get(step) ?? []) add(declaration, handlerClass, `class ${handlerClass}`);
    }
  }
  for (const { name, description, payloadSchema, firedBy, source } of declared) {
    const event = at(name);
    event.description ??= description;
    event.payloadSchema ??= payloadSchema;
    event.declaredIn.add(source ?? "code");
    for (const handler of firedBy) event.firedBy.add(handler);
  }
  return Object.freeze([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, event]) => toListed(name, event)));
}

function toListed(
  name: string,
  { description, payloadSchema, conditions, firedBy, declaredIn }: Found,
): RegisteredCustomEvent {
  const handlers = [...firedBy].sort();
  return {
    name,
    category: "custom",
    description: description ?? (handlers[0] === undefined ? "Custom event" : `Custom event from ${handlers[0]}`),
    payloadSchema,
    conditions: [...conditions].sort(),
    firedBy: handlers,
    declaredIn: [...declaredIn],
  };
}
