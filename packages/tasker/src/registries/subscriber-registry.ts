import { InvalidRequestError, RegistryConflictError } from "../errors/index.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import { compilePattern } from "../events/bus/pattern.ts";
import type { QueueOptions } from "../events/bus/queue-options.ts";
import type { SubscriptionOptions, Unsubscribe } from "../events/bus/subscribe.ts";
import type { TaskerEvent } from "../events/event.ts";
import { BaseRegistry, type BaseStats, type RegistryOptions } from "./base-registry.ts";
import { checkInterface, classNameOf } from "./check-interface.ts";
import { type Discovery, discoverModules } from "./discover.ts";
import { variance } from "./variance.ts";

/** Whoever wants to be told of events. */
export interface Subscriber {
  /** What it throws, and what a promise that it gives is rejected with, goes to the bus's `onListenerError`. */
  call(event: TaskerEvent): unknown;
  /**
   * Subscribes it in its own way, as a `BaseSubscriber` does: with its events, which it checks, and its queue. Default: `call` gets
   * the events that it is registered for.
   */
  subscribeTo?(source: EventBus, known: readonly string[] | null, options: SubscriptionOptions): Unsubscribe;
}

/** A subscriber as it is registered. */
export interface SubscriberEntry {
  readonly name: string;
  readonly subscriber: Subscriber;
  /** Names of events and globs, as `EventBus.on` takes them. */
  readonly events: readonly string[];
  readonly registeredAt: Date;
}

/** Figures of a registry of subscribers. */
export interface SubscriberStats extends BaseStats {
  readonly totalSubscribers: number;
  readonly totalEvents: number;
  readonly eventsCovered: readonly string[];
  readonly subscribersByEvent: Readonly<Record<string, number>>;
  /** With two decimals. */
  readonly averageEventsPerSubscriber: number;
  /** The five events with most subscribers. */
  readonly mostPopularEvents: readonly { readonly event: string; readonly subscribers: number }[];
}

/** Options of {@link SubscriberRegistry.register}. */
export interface SubscribeOptions {
  /** Default: what the subscriber or its class has as `events`. Not for a `BaseSubscriber`, which is made with its events. */
  readonly events?: readonly string[];
  /** Default: the class's name in snake case. */
  readonly name?: string;
  /** Whether it may take the place of one with its name. Default: false. */
  readonly replace?: boolean;
  /** As for `EventBus.on`. Default: that of a `BaseSubscriber`; any other is called while events are published. */
  readonly queue?: QueueOptions;
}

/** A class of subscribers, or one of them. */
type SubscriberSource = (new () => Subscriber) | Subscriber;

interface Kept extends SubscriberEntry {
  readonly end: Unsubscribe;
}

/** Subscribers by name, and which events they want: each is subscribed to the bus of the registry (`events`). */
export class SubscriberRegistry extends BaseRegistry<SubscriberStats> {
  readonly #entries = new Map<string, Kept>();

  constructor(options: RegistryOptions = {}) {
    super("subscriber_registry", "subscriber", options);
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Adds a subscriber: an object with `call(event)`, or a class of such, which is constructed.
   * @returns its name
   * @throws InvalidInterfaceError if it has no `call`, or one that takes more than the event
   * @throws RegistryConflictError if the name is taken and `replace` is not true
   * @throws InvalidRequestError for an event that the engine could have and has not, and for events given with a `BaseSubscriber`
   * @throws what a `BaseSubscriber` throws that has no events, or one for which it has no method
   */
  register(source: SubscriberSource, options: SubscribeOptions = {}): string {
    const entityClass = classNameOf(source);
    const name = options.name ?? snakeCase(entityClass);
    const entry = this.validating({ entityId: name, entityClass }, () => {
      const subscriber = isClass(source) ? new source() : source;
      checkInterface(subscriber, `the subscriber ${entityClass}`, [{ name: "call", mostArguments: 1 }]);
      if (this.#entries.has(name) && options.replace !== true) {
        throw new RegistryConflictError(
          `The subscriber ${name} is registered already; use replace: true to replace it`,
          {
            context: { registry: this.registryName, name },
          },
        );
      }
      const events = [...new Set(options.events ?? [...eventsOf(subscriber.constructor), ...eventsOf(subscriber)])];
      const end = this.#subscribe(name, subscriber, events, options);
      return Object.freeze({ name, subscriber, events, registeredAt: new Date(this.clock.now()), end });
    });
    this.#entries.get(name)?.end();
    this.#entries.set(name, entry);
    this.tellRegistered({ entityId: name, entityClass }, { events: entry.events });
    return name;
  }

  /** Removes a subscriber by its name, its class or itself; false if it was not registered. */
  unregister(which: string | SubscriberSource): boolean {
    for (const [name, { subscriber, end }] of this.#entries) {
      const isMeant = which === name || which === subscriber || subscriber.constructor === which;
      if (!isMeant) continue;
      end();
      this.#entries.delete(name);
      this.tellUnregistered({ entityId: name, entityClass: classNameOf(subscriber) });
      return true;
    }
    return false;
  }

  clear(): void {
    for (const name of [...this.#entries.keys()]) this.unregister(name);
  }

  /** Who wants an event. */
  subscribersForEvent(event: string): readonly SubscriberEntry[] {
    return this.allSubscribers().filter(({ events }) => events.length > 0 && compilePattern(events).matchesName(event));
  }

  /** Whether anybody wants an event. */
  hasSubscribers(event: string): boolean {
    return this.subscribersForEvent(event).length > 0;
  }

  /** Names and patterns of the events that somebody wants, sorted. */
  supportedEvents(): readonly string[] {
    return [...new Set(this.allSubscribers().flatMap(({ events }) => events))].sort();
  }

  /** In the order of registration. A copy. */
  allSubscribers(): readonly SubscriberEntry[] {
    return [...this.#entries.values()];
  }

  /**
   * Registers what the modules of a directory export whose names end in `subscriber`: classes and objects with `call`. A
   * file that fails is listed with its error.
   */
  discoverDirectory(directory: string): Promise<Discovery> {
    return discoverModules(directory, /[-_.]subscriber$/i, (exported) =>
      exported.filter((value): value is SubscriberSource => isSource(value)).map((source) => this.register(source)),
    );
  }

  /** `balanced` if the subscribers want about as many events each, or else `unbalanced`. */
  distribution(): string {
    return variance(this.allSubscribers().map(({ events }) => events.length)) < 1 ? "balanced" : "unbalanced";
  }

  #subscribe(name: string, subscriber: Subscriber, events: readonly string[], given: SubscribeOptions): Unsubscribe {
    const options = { name, ...(given.queue === undefined ? {} : { queue: given.queue }) };
    if (subscriber.subscribeTo !== undefined) {
      if (given.events === undefined) return subscriber.subscribeTo(this.events, null, options);
      const expected = "events given to its constructor";
      throw new InvalidRequestError(`events were given with the subscriber ${name}, expected ${expected}`, {
        context: { field: "events", value: given.events, expected },
      });
    }
    if (events.length === 0) return () => {};
    return this.events.subscribe(events, (event) => subscriber.call(event), options);
  }

  stats(): SubscriberStats {
    const subscribersByEvent: Record<string, number> = {};
    const wanted = this.allSubscribers().flatMap(({ events }) => events);
    for (const event of wanted) subscribersByEvent[event] = (subscribersByEvent[event] ?? 0) + 1;
    const eventsCovered = this.supportedEvents();
    const average = this.size === 0 ? 0 : wanted.length / this.size;
    return {
      ...this.baseStats(),
      totalSubscribers: this.size,
      totalEvents: eventsCovered.length,
      eventsCovered,
      subscribersByEvent,
      averageEventsPerSubscriber: Math.round(average * 100) / 100,
      mostPopularEvents: Object.entries(subscribersByEvent)
        .sort(([a, most], [b, least]) => least - most || (a < b ? -1 : 1))
        .slice(0, 5)
        .map(([event, subscribers]) => ({ event, subscribers })),
    };
  }
}

/** Functions have a `call` too, but not one that takes an event. */
function isClass(source: SubscriberSource): source is new () => Subscriber {
  return typeof source === "function";
}

function isSource(value: unknown): boolean {
  if (typeof value === "function") return typeof value.prototype?.call === "function";
  return typeof value === "object" && value !== null && "call" in value && typeof value.call === "function";
}

function eventsOf(source: object): readonly string[] {
  const events: unknown = Reflect.get(source, "events");
  return Array.isArray(events) ? events.map(String) : [];
}

function snakeCase(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
