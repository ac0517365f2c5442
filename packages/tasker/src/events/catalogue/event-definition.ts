import type { z } from "zod";

/** The groups of the catalogue, in the order in which it lists them. */
export const EVENT_CATEGORIES = [
  "task",
  "step",
  "workflow",
  "observability",
  "telemetry",
  "registry",
  "test",
  "extension",
] as const;

/** A group of the catalogue; `extension`: what the reference has no event for. */
export type EventCategory = (typeof EVENT_CATEGORIES)[number];

/**
 * How an event lasts. `derived`: it can be told from the database at any time, so that it reaches durable subscribers and
 * can be replayed. `ephemeral`: it reaches the listeners of the process that publishes it, once, and is not kept.
 * `on_request`: as ephemeral, and kept like a derived one where the engine option `storeEvents` names it.
 */
export type Durability = "derived" | "on_request" | "ephemeral";

/** What the catalogue says of one event. */
export interface EventDefinition<Name extends string = string, Payload extends z.ZodType = z.ZodType> {
  /** Where the code has it, such as `TASK_EVENTS.COMPLETED`. */
  readonly constant: string;
  readonly name: Name;
  readonly category: EventCategory;
  /** What it tells. */
  readonly description: string;
  /** When it is published, and by whom. */
  readonly firedWhen: string;
  readonly durability: Durability;
  /** Shape of the payload. */
  readonly payload: Payload;
}

type Entry = Omit<EventDefinition, "constant" | "category">;

/** The definitions of a group, by their keys. */
export type EventGroup<Entries extends Readonly<Record<string, Entry>>> = {
  readonly [Key in keyof Entries]: EventDefinition<Entries[Key]["name"], Entries[Key]["payload"]>;
};

/**
 * Makes the definitions of a group.
 * @param group name of the constant that holds them, and the category
 */
export function defineEvents<const Entries extends Readonly<Record<string, Entry>>>(
  group: { readonly constant: string; readonly category: EventCategory },
  entries: Entries,
): EventGroup<Entries> {
  const { constant, category } = group;
  const defined = Object.entries(entries).map(([key, entry]) => [
    key,
    Object.freeze({ ...entry, constant: `${constant}.${key}`, category }),
  ]);
  return Object.freeze(Object.fromEntries(defined));
}
