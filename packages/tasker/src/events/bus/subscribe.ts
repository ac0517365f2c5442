import { InvalidRequestError } from "../../errors/index.ts";
import type { EventName, EventOf } from "../catalogue/catalogue.ts";
import type { TaskerEvent } from "../event.ts";
import type { EventPattern } from "./pattern.ts";
import type { QueueOptions } from "./queue-options.ts";

/** Takes an event. What it throws, and what a promise that it gives is rejected with, is reported and goes no further. */
export type EventListener<Event extends TaskerEvent = TaskerEvent> = (event: Event) => unknown;

/** Options of a subscription. */
export interface SubscriptionOptions {
  /** For statistics and reports of errors. Default: `subscription`, with a number. */
  readonly name?: string;
  /** Has events wait for the listener, which then takes one after the other. Default: it is called while they are published. */
  readonly queue?: QueueOptions;
}

/** Ends a subscription. A second call does nothing. */
export type Unsubscribe = () => void;

/** Subscribes to events; what it gives ends the subscription. */
export interface Subscribe {
  /** To every event. */
  (listener: EventListener): Unsubscribe;
  /**
   * To events of the catalogue by their names.
   * @throws InvalidRequestError for an option that cannot be
   */
  <Name extends EventName>(
    names: Name | readonly Name[],
    listener: EventListener<EventOf<Name>>,
    options?: SubscriptionOptions,
  ): Unsubscribe;
  /**
   * To the events that are meant by a pattern.
   * @throws InvalidRequestError for a name that looks like one of the engine's and is none, and for an option that cannot be
   */
  (pattern: EventPattern, listener: EventListener, options?: SubscriptionOptions): Unsubscribe;
}

/** Makes a {@link Subscribe} of a function that always gets a pattern; every event is `*`. */
export function makeSubscribe(
  add: (pattern: EventPattern, listener: EventListener, options: SubscriptionOptions) => Unsubscribe,
): Subscribe {
  return (
    first: EventPattern | EventListener,
    second?: (event: never) => unknown,
    options: SubscriptionOptions = {},
  ) => {
    if (second !== undefined) return add(first as EventPattern, second as EventListener, options);
    if (typeof first === "function") return add("*", first, options);
    throw new InvalidRequestError("a subscription has no listener, expected a function", {
      context: { field: "listener", value: undefined, expected: "a function" },
    });
  };
}
