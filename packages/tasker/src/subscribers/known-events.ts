import { compilePattern } from "../events/bus/pattern.ts";
import { EVENT_CATALOGUE } from "../events/catalogue/catalogue.ts";
import type { RegisteredCustomEvent } from "../handlers/custom-events/list.ts";
import { hintAt } from "../text/nearest-name.ts";

/** The names of all events that can come: those of the catalogue, and those that templates, handlers and files declare. */
export function knownEventNames(registry: {
  customEvents(): readonly Pick<RegisteredCustomEvent, "name">[];
}): readonly string[] {
  return [...EVENT_CATALOGUE.keys(), ...registry.customEvents().map(({ name }) => name)];
}

/** What is wrong with a name or pattern of events to subscribe to; null if some event is meant by it. */
export function eventDefect(pattern: string, known: readonly string[]): { message: string; hint: string } | null {
  if (pattern.includes("*")) {
    if (known.some(compilePattern(pattern).matchesName)) return null;
    const message = `found the pattern "${pattern}", which no event fits, expected one that some event fits`;
    return { message, hint: "such as step.*, order.** or *" };
  }
  if (known.includes(pattern)) return null;
  const message = `found the unknown event "${pattern}", expected an event of the engine or a declared one`;
  return { message, hint: hintAt(pattern, known, "events") };
}
