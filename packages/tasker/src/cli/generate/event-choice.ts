import { matchesGlob } from "../../events/bus/pattern.ts";
import { EVENT_CATALOGUE } from "../../events/catalogue/catalogue.ts";
import { CatalogueView } from "../../events/catalogue/catalogue-view.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { expectedEventName } from "../../templates/event-name.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { UsageError } from "../errors.ts";

/**
 * The events of an option: names and patterns, each alone or several with commas between.
 * @throws UsageError for what is neither an event of the engine, nor one that can be declared, nor a pattern
 */
export function readEvents(option: string, given: readonly string[]): readonly string[] {
  const events = [...new Set(given.flatMap((text) => text.split(",")).map((text) => text.trim()))];
  for (const event of events) {
    const expected = event.includes("*") ? expectedPattern(event) : expectedEvent(event);
    if (expected === null) continue;
    throw new UsageError(`${option} has '${event}', expected ${expected}`, {
      context: { option, value: event, expected },
    });
  }
  return events;
}

function expectedPattern(pattern: string): string | null {
  return /^[\w.*-]+$/.test(pattern) ? null : "a pattern, such as step.* or order.**";
}

function expectedEvent(name: string): string | null {
  if (EVENT_CATALOGUE.has(name)) return null;
  const isWritable = /^[\p{L}\p{N}_.-]+$/u.test(name);
  const expected = isWritable ? expectedEventName(name) : "a name of letters, digits, dots, - and _";
  if (expected === null) return null;
  return `an event of the engine or ${expected} (${hintAt(name, [...EVENT_CATALOGUE.keys()], "events")})`;
}

/** An event to try a subscriber with. */
export interface SampleEvent {
  readonly name: string;
  readonly payload: JsonObject;
}

/** An event that a name or pattern means, with a payload that it could have. */
export function sampleFor(pattern: string): SampleEvent {
  const names = [...EVENT_CATALOGUE.keys()];
  const isGlob = pattern.includes("*");
  const known = isGlob ? names.find((name) => matchesGlob(pattern, name)) : names.find((name) => name === pattern);
  if (known === undefined) return { name: pattern.replaceAll(/\*+/g, "example"), payload: {} };
  const example: unknown = new CatalogueView().find(known)?.example_payload;
  const isObject = typeof example === "object" && example !== null;
  return { name: known, payload: isObject ? JSON.parse(JSON.stringify(example)) : {} };
}
