import type { CustomEventDefinition } from "../../src/templates/custom-event.ts";

/** An event that a step of a test's template declares. */
export function customEvent(name: string, settings: Partial<CustomEventDefinition> = {}): CustomEventDefinition {
  return { name, description: null, payloadSchema: null, condition: null, payload: null, ...settings };
}
