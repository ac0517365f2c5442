import type { EventName, PayloadOf } from "./catalogue/catalogue.ts";
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
  Object.freeze(payload);
  return {
    id: crypto.randomUUID(),
    name,
    at,
    taskId: about?.taskId ?? null,
    namespace: about?.namespace ?? null,
    taskName: about?.taskName ?? null,
    version: about?.version ?? null,
    correlationId: about?.correlationId ?? null,
    stepId: about?.step?.stepId ?? null,
    stepName: about?.step?.name ?? null,
    payload,
  };
}
