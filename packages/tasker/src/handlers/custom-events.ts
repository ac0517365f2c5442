import { InvalidRequestError } from "../errors/index.ts";
import { expectedEventName } from "../templates/event-name.ts";
import type { TaskTemplate } from "./task-template.ts";

/** An event that steps may publish besides the engine's. */
export interface CustomEventDeclaration {
  readonly name: string;
  readonly description: string;
}

/** A declared event, as it is listed. */
export interface RegisteredCustomEvent extends CustomEventDeclaration {
  readonly category: "custom";
  /** Names of the handlers that may publish it, sorted. */
  readonly firedBy: readonly string[];
}

/**
 * The events that a handler declares by a static member `customEventConfiguration`: a list of `{ name, description }`, or a
 * method that gives one. What the method throws goes through unchanged.
 * @throws InvalidRequestError that names the entry which is wrong
 */
export function readCustomEvents(handler: unknown): readonly CustomEventDeclaration[] {
  const isHolder = (typeof handler === "object" && handler !== null) || typeof handler === "function";
  if (!isHolder || !("customEventConfiguration" in handler)) return [];
  const member: unknown = handler.customEventConfiguration;
  const owner =
    "name" in handler && typeof handler.name === "string" && handler.name !== "" ? handler.name : "a handler";
  const entries: unknown = typeof member === "function" ? member.call(handler) : member;
  if (!Array.isArray(entries)) throw refuse(owner, "", entries, "a list of { name, description }");
  return entries.map((entry: unknown, index) => readEntry(entry, index, owner));
}

function readEntry(entry: unknown, index: number, owner: string): CustomEventDeclaration {
  if (typeof entry !== "object" || entry === null) throw refuse(owner, `[${index}]`, entry, "{ name, description }");
  const { name, description = null }: Record<string, unknown> = { ...entry };
  if (typeof name !== "string") throw refuse(owner, `[${index}].name`, name, "a text");
  const expected = expectedEventName(name);
  if (expected !== null) throw refuse(owner, `[${index}].name`, name, expected);
  if (description !== null && typeof description !== "string") {
    throw refuse(owner, `[${index}].description`, description, "a text");
  }
  return { name, description: description ?? `Custom event from ${owner}` };
}

function refuse(owner: string, place: string, value: unknown, expected: string): InvalidRequestError {
  const field = `customEventConfiguration${place}`;
  return new InvalidRequestError(
    `${field} of ${owner} is ${JSON.stringify(value) ?? String(value)}, expected ${expected}`,
    { context: { field, value, expected, handler: owner } },
  );
}

/** All events that steps of these templates may publish, by name; of several descriptions the first one stands. */
export function listCustomEvents(templates: readonly TaskTemplate[]): readonly RegisteredCustomEvent[] {
  const found = new Map<string, { readonly description: string; readonly firedBy: Set<string> }>();
  for (const { definition, customEvents } of templates) {
    for (const { name: step, handlerClass, customEvents: declared } of definition.steps) {
      for (const { name, description } of [...declared, ...(customEvents?.get(step) ?? [])]) {
        const known = found.get(name) ?? {
          description: description ?? `Custom event from ${handlerClass}`,
          firedBy: new Set<string>(),
        };
        found.set(name, known);
        known.firedBy.add(handlerClass);
      }
    }
  }
  return Object.freeze(
    [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { description, firedBy }]) => ({
        name,
        category: "custom" as const,
        description,
        firedBy: [...firedBy].sort(),
      })),
  );
}
