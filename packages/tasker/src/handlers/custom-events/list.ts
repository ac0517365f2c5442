import type { JsonObject } from "../../json/json-value.ts";
import type { EventCondition } from "../../templates/custom-event.ts";
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
}

interface Found {
  description: string | null;
  payloadSchema: JsonObject | null;
  readonly conditions: Set<EventCondition>;
  readonly firedBy: Set<string>;
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
    };
    found.set(name, known);
    return known;
  };
  for (const { definition, customEvents } of templates) {
    for (const { name: step, handlerClass, customEvents: own } of definition.steps) {
      for (const { name, description, payloadSchema, condition } of [...own, ...(customEvents?.get(step) ?? [])]) {
        const event = at(name);
        event.description ??= description;
        event.payloadSchema ??= payloadSchema;
        event.firedBy.add(handlerClass);
        if (condition !== null) event.conditions.add(condition);
      }
    }
  }
  for (const { name, description, payloadSchema, firedBy } of declared) {
    const event = at(name);
    event.description ??= description;
    event.payloadSchema ??= payloadSchema;
    for (const handler of firedBy) event.firedBy.add(handler);
  }
  return Object.freeze([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, event]) => toListed(name, event)));
}

function toListed(name: string, { description, payloadSchema, conditions, firedBy }: Found): RegisteredCustomEvent {
  const handlers = [...firedBy].sort();
  return {
    name,
    category: "custom",
    description: description ?? (handlers[0] === undefined ? "Custom event" : `Custom event from ${handlers[0]}`),
    payloadSchema,
    conditions: [...conditions].sort(),
    firedBy: handlers,
  };
}
