import { RegistryConflictError } from "../errors/index.ts";
import { BaseRegistry, type BaseStats, type RegistryOptions } from "./base-registry.ts";
import { checkInterface, classNameOf } from "./check-interface.ts";
import { type Discovery, discoverModules } from "./discover.ts";
import { variance } from "./variance.ts";

/** Whoever wants to be told of events. */
export interface Subscriber<Event> {
  call(event: Event): unknown;
}

/** A subscriber as it is registered. */
export interface SubscriberEntry<Event> {
  readonly name: string;
  readonly subscriber: Subscriber<Event>;
  /** Names of events; `order.*` stands for all that begin with `order.`, `*` for all. */
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
  /** Default: what the subscriber or its class has as `events`. */
  readonly events?: readonly string[];
  /** Default: the class's name in snake case. */
  readonly name?: string;
  /** Whether it may take the place of one with its name. Default: false. */
  readonly replace?: boolean;
}

/** A class of subscribers, or one of them. */
type SubscriberSource<Event> = (new () => Subscriber<Event>) | Subscriber<Event>;

/**
 * Subscribers by name, and which events they want. It hands events on; an engine's come by
 * `engine.on((event) => registry.dispatch(event))`.
 */
export class SubscriberRegistry<Event extends { readonly name: string }> extends BaseRegistry<SubscriberStats> {
  readonly #entries = new Map<string, SubscriberEntry<Event>>();
  readonly #onSubscriberError: (error: unknown, subscriber: string) => void;

  /** @param options `onSubscriberError` is told what a subscriber throws; the others still get the event */
  constructor(options: RegistryOptions & { readonly onSubscriberError: (error: unknown, subscriber: string) => void }) {
    super("subscriber_registry", "subscriber", options);
    this.#onSubscriberError = options.onSubscriberError;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Adds a subscriber: an object with `call(event)`, or a class of such, which is constructed.
   * @returns its name
   * @throws InvalidInterfaceError if it has no `call`, or one that takes more than the event
   * @throws RegistryConflictError if the name is taken and `replace` is not true
   */
  register(source: SubscriberSource<Event>, options: SubscribeOptions = {}): string {
    const entityClass = classNameOf(source);
    const name = options.name ?? snakeCase(entityClass);
    const subscriber = this.validating({ entityId: name, entityClass }, () => {
      const made = isClass(source) ? new source() : source;
      checkInterface(made, `the subscriber ${entityClass}`, [{ name: "call", mostArguments: 1 }]);
      if (this.#entries.has(name) && options.replace !== true) {
        throw new RegistryConflictError(
          `The subscriber ${name} is registered already; use replace: true to replace it`,
          {
            context: { registry: this.registryName, name },
          },
        );
      }
      return made;
    });
    const events = [...new Set(options.events ?? [...eventsOf(subscriber.constructor), ...eventsOf(subscriber)])];
    this.#entries.set(name, Object.freeze({ name, subscriber, events, registeredAt: new Date(this.clock.now()) }));
    this.tell("registered", { entityId: name, entityClass, options: { events } });
    return name;
  }

  /** Removes a subscriber by its name, its class or itself; false if it was not registered. */
  unregister(which: string | SubscriberSource<Event>): boolean {
    for (const [name, { subscriber }] of this.#entries) {
      const isMeant = which === name || which === subscriber || subscriber.constructor === which;
      if (!isMeant) continue;
      this.#entries.delete(name);
      this.tell("unregistered", { entityId: name, entityClass: classNameOf(subscriber) });
      return true;
    }
    return false;
  }

  clear(): void {
    for (const name of [...this.#entries.keys()]) this.unregister(name);
  }

  /** Hands an event to everybody who wants it, in the order in which they were registered. Does not wait for promises. */
  dispatch(event: Event): void {
    for (const { name, subscriber } of this.subscribersForEvent(event.name)) {
      try {
        Promise.resolve(subscriber.call(event)).catch((error: unknown) => this.#onSubscriberError(error, name));
      } catch (error) {
        this.#onSubscriberError(error, name);
      }
    }
  }

  /** Who wants an event. */
  subscribersForEvent(event: string): readonly SubscriberEntry<Event>[] {
    return this.allSubscribers().filter(({ events }) => events.some((wanted) => isMeant(wanted, event)));
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
  allSubscribers(): readonly SubscriberEntry<Event>[] {
    return [...this.#entries.values()];
  }

  /**
   * Registers what the modules of a directory export whose names end in `subscriber`: classes and objects with `call`. A
   * file that fails is listed with its error.
   */
  discoverDirectory(directory: string): Promise<Discovery> {
    return discoverModules(directory, /[-_.]subscriber$/i, (exported) =>
      exported
        .filter((value): value is SubscriberSource<Event> => isSource(value))
        .map((source) => this.register(source)),
    );
  }

  /** `balanced` if the subscribers want about as many events each, or else `unbalanced`. */
  distribution(): string {
    return variance(this.allSubscribers().map(({ events }) => events.length)) < 1 ? "balanced" : "unbalanced";
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
function isClass<Event>(source: SubscriberSource<Event>): source is new () => Subscriber<Event> {
  return typeof source === "function";
}

function isMeant(wanted: string, event: string): boolean {
  return wanted.endsWith("*") ? event.startsWith(wanted.slice(0, -1)) : wanted === event;
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
