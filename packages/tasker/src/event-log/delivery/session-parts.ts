import type { HeldEvents } from "./held-events.ts";
import type { Seat } from "./seat.ts";
import type { SubscriberSettings } from "./settings.ts";
import type { DeliveryTally } from "./tally.ts";

/** What everything that works for one session shares. */
export interface SessionParts {
  readonly settings: SubscriberSettings;
  readonly seat: Seat;
  readonly held: HeldEvents;
  readonly tally: DeliveryTally;
  /** Aborted when the session is to end. */
  readonly stop: AbortSignal;
  /** Ends the session: it cannot go on. */
  readonly fail: (error: unknown) => void;
  /** Lets the session look whether it can go on reading. */
  readonly wake: () => void;
  /** Lets it look when what was kept is due. To be called when something was written that is to be tried again. */
  readonly lookForRetries: () => void;
}
