import type { EventName, PayloadOf } from "./catalogue/catalogue.ts";
import { type EnvelopeSubject, envelope } from "./envelope.ts";
import type { TaskerEvent } from "./event.ts";
import type { EventSubject } from "./transition-facts.ts";

/** What an event that no row tells is about: a task, or a step of it; null: neither. */
export type EventAbout = EventSubject | null;

/**
 * Makes an event that no row tells; its id is new.
 * @param at milliseconds since the epoch
 */
export function makeEvent<Name extends EventName>(
  name: Name,
  about: EventAbout,
  payload: PayloadOf<Name>,
  at: number,
): TaskerEvent<Name, PayloadOf<Name>> {
  return envelope(about ?? NOBODY, crypto.randomUUID(), name, at, payload);
}

const NOBODY: EnvelopeSubject = {
  taskId: null,
  namespace: null,
  taskName: null,
  version: null,
  correlationId: null,
};
