import type { JsonObject } from "../../json/json-value.ts";
import { EVENT_CATALOGUE } from "./catalogue.ts";
import type { Durability, EventCategory, EventDefinition } from "./event-definition.ts";
import { exampleOf, jsonSchemaOf, type PayloadSchema } from "./json-schema.ts";

/** An event that templates declare, as it is listed. */
export interface DeclaredEvent {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the payload. Null or absent: every object is accepted. */
  readonly payloadSchema?: JsonObject | null;
  /** The ends of attempts at which the engine publishes it itself. Default: none. */
  readonly conditions?: readonly string[];
  /** Names of the handlers that may publish it. */
  readonly firedBy: readonly string[];
  /** Where it is declared. Default: not said. */
  readonly declaredIn?: readonly string[];
}

/** What is known of an event. */
export interface EventDescription {
  readonly name: string;
  readonly category: EventCategory | "custom";
  /** Where the code has it; null for one that a template declares. */
  readonly constant: string | null;
  readonly description: string;
  readonly fired_when: string;
  /** Names of the handlers that may publish it; none for the engine's own. */
  readonly fired_by: readonly string[];
  readonly durability: Durability;
  /** Of a declared one: the ends of attempts at which the engine publishes it itself. */
  readonly conditions: readonly string[];
  /** Of a declared one: where. */
  readonly declared_in: readonly string[];
  /** JSON Schema of the payload. */
  readonly payload_schema: PayloadSchema;
  /** A payload that fits the schema; of a declared one as far as its schema has examples. */
  readonly example_payload: unknown;
}

/** The catalogue as it is looked at: the events of Tasker, and those that templates declare. */
export class CatalogueView {
  readonly #events: ReadonlyMap<string, EventDescription>;

  /** @param declared such as `registry.customEvents()`. Default: none */
  constructor(declared: readonly DeclaredEvent[] = []) {
    const described = [...[...EVENT_CATALOGUE.values()].map(describe), ...declared.map(describeDeclared)];
    this.#events = new Map(described.map((event) => [event.name, event]));
  }

  /** All events: by category, those that templates declare last. */
  all(): readonly EventDescription[] {
    return [...this.#events.values()];
  }

  /** The event of this name, or null. */
  find(name: string): EventDescription | null {
    return this.#events.get(name) ?? null;
  }

  /** The events of a category. */
  byCategory(category: EventDescription["category"]): readonly EventDescription[] {
    return this.all().filter((event) => event.category === category);
  }

  /** The events whose names begin with `namespace.`. */
  byNamespace(namespace: string): readonly EventDescription[] {
    return this.all().filter(({ name }) => name.startsWith(`${namespace}.`));
  }

  /** The events whose name or description has a text, whatever the case of its letters. */
  search(text: string): readonly EventDescription[] {
    const wanted = text.toLowerCase();
    return this.all().filter(({ name, description }) => `${name}\n${description}`.toLowerCase().includes(wanted));
  }
}

function describe(definition: EventDefinition): EventDescription {
  const { name, category, constant, description, firedWhen, durability, payload } = definition;
  const schema = jsonSchemaOf(payload);
  return {
    name,
    category,
    constant,
    description,
    fired_when: firedWhen,
    fired_by: [],
    conditions: [],
    declared_in: [],
    durability,
    payload_schema: schema,
    example_payload: exampleOf(schema),
  };
}

function describeDeclared(event: DeclaredEvent): EventDescription {
  const { name, description, payloadSchema, conditions = [], firedBy, declaredIn = [] } = event;
  const schema = payloadSchema ?? { type: "object" };
  return {
    name,
    category: "custom",
    constant: null,
    description,
    fired_when: `after the commit of the attempt whose handler publishes it${conditions.length === 0 ? "" : `, or that ends so: ${conditions.join(", ")}`}`,
    fired_by: firedBy,
    conditions,
    declared_in: declaredIn,
    durability: "derived",
    payload_schema: schema,
    example_payload: exampleOf(schema),
  };
}
