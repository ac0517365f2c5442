import type { JsonObject } from "../json/json-value.ts";
import { envelope } from "./envelope.ts";
import type { TaskerEvent } from "./event.ts";
import type { EventSubject } from "./transition-facts.ts";

/** What a handler has published, as its row tells it. */
export interface DomainFacts {
  /** `event_id`: `custom:<execution>:<position among the events of the attempt>`. */
  readonly eventId: string;
  readonly name: string;
  readonly payload: JsonObject;
  /** `occurred_at`: when the handler published it, milliseconds since the epoch. */
  readonly at: number;
}

/** The event that a handler has published. */
export function domainEvent(subject: EventSubject, { eventId, name, payload, at }: DomainFacts): TaskerEvent {
  return envelope(subject, eventId, name, at, payload);
}
