import { InvalidRequestError } from "../../errors/index.ts";
import type { EventPattern } from "../../events/bus/pattern.ts";
import { EVENT_CATALOGUE } from "../../events/catalogue/catalogue.ts";
import { checkNames } from "../../events/catalogue/check-names.ts";
import type { Durability } from "../../events/catalogue/event-definition.ts";

/**
 * Refuses names that look like the engine's and are none, as listeners do, and those of events that are never kept.
 * @throws InvalidRequestError
 */
export function checkWanted(events: EventPattern): void {
  if (typeof events === "function") return;
  checkNames([events].flat());
  const [event] = namesThatAre("ephemeral", events);
  if (event === undefined) return;
  const expected = "an event that is kept in the database";
  throw new InvalidRequestError(
    `the event ${event} is not kept, so that a durable subscriber is never told it; engine.on is, in its process`,
    { context: { field: "events", value: event, expected } },
  );
}

/** Names among those that are wanted of events that are kept only where the engine option `storeEvents` names them. */
export function wantedOnRequest(events: EventPattern): readonly string[] {
  return namesThatAre("on_request", events);
}

function namesThatAre(durability: Durability, events: EventPattern): readonly string[] {
  if (typeof events === "function") return [];
  return [events].flat().filter((name) => EVENT_CATALOGUE.get(name)?.durability === durability);
}
