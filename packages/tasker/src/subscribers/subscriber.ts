import { type Clock, systemClock } from "../clock/clock.ts";
import type { Database } from "../database/database.ts";
import { InvalidInterfaceError, InvalidRequestError } from "../errors/index.ts";
import type { Delivery, DurableSubscription, EventHandler, SubscriberLog } from "../event-log/subscriber-options.ts";
import { compilePattern, type EventMatcher } from "../events/bus/pattern.ts";
import type { QueueOptions } from "../events/bus/queue-options.ts";
import type { SubscriptionOptions } from "../events/bus/subscribe.ts";
import type { TaskerEvent } from "../events/event.ts";
import type { JsonObject } from "../json/json-value.ts";
import { handlerMethodOf } from "./handler-method.ts";
import { eventDefect } from "./known-events.ts";

/** Where subscribers report what an operator should see, and the one that logs writes its lines. */
export interface LeveledLog extends SubscriberLog {
  debug(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** What subscribers are lent. */
export interface SubscriberResources {
  /** Default: the machine's. */
  readonly clock: Clock;
  /** Random numbers in [0, 1). Default: `Math.random`. */
  readonly random: () => number;
  /** Default: silent. */
  readonly log: LeveledLog;
  /** Where those that keep a record keep it. Default: nowhere. */
  readonly database: Database | null;
  /** Variables of the environment, for secrets. Default: the process's. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What a subscriber is made with. */
export interface SubscriberSettings {
  /** Default: the name of its class. */
  readonly name?: string;
  /** Names and patterns, besides those of its class. */
  readonly events?: readonly string[];
  /** The subscriber's own settings. Default: `{}`. */
  readonly config?: JsonObject;
  readonly resources?: Partial<SubscriberResources>;
}

/** Where events come from: an engine, or a bus. */
export interface EventSource {
  on(pattern: readonly string[], listener: (event: TaskerEvent) => unknown, options?: SubscriptionOptions): () => void;
}

/** Takes an event; from the event log with what that says of it. */
type HandlerMethod = (event: TaskerEvent, delivery: Delivery | null) => unknown;

/** A log that writes nothing. */
export const SILENT_LOG: LeveledLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * Takes events by methods that are named after them: `task.completed` goes to `handleTaskCompleted`, `order.paid` to
 * `handleOrderPaid`; what has no method of its own goes to `handleEvent`, if there is one. The same instance can be subscribed to
 * an engine (`subscribeTo`) or given to the event log and to a `SubscriberRegistry`, which use `call`.
 */
export abstract class BaseSubscriber {
  /** Names and patterns (`step.*`, `order.**`) of what every instance of the class wants. */
  static readonly events: readonly string[] = [];

  readonly name: string;
  /** What this instance wants; nobody shares the list. */
  readonly events: readonly string[];
  readonly config: JsonObject;
  protected readonly resources: SubscriberResources;
  readonly #methods = new Map<string, HandlerMethod | null>();
  #matcher: EventMatcher | null = null;
  #subscriptions = 0;

  constructor(settings: SubscriberSettings = {}) {
    this.name = settings.name ?? new.target.name;
    this.events = Object.freeze([...new Set([...new.target.events, ...(settings.events ?? [])])]);
    this.config = settings.config ?? {};
    this.resources = {
      clock: systemClock,
      random: Math.random,
      log: SILENT_LOG,
      database: null,
      environment: process.env,
      ...settings.resources,
    };
  }

  /** Makes an instance and subscribes it. */
  static subscribe<Made extends BaseSubscriber>(
    this: new (
      settings?: SubscriberSettings,
    ) => Made,
    source: EventSource,
    settings: SubscriberSettings = {},
  ): Made {
    const made = new this(settings);
    made.subscribeTo(source);
    return made;
  }

  /** How its events wait for it in this process; null: it is called while they are published. Override where it takes time. */
  get queue(): QueueOptions | null {
    return null;
  }

  /** Whether it wants events of this name at all, asked when it is subscribed. Override to leave out some of `events`. */
  protected wantsEvent(_name: string): boolean {
    return true;
  }

  /** Whether it wants this event, asked for each. Override to filter by what an event tells. */
  protected shouldProcessEvent(_event: TaskerEvent): boolean {
    return true;
  }

  /** The names and patterns that it subscribes to, each with the method that takes such events. Override to map otherwise. */
  eventSubscriptions(): ReadonlyMap<string, string> {
    const wanted = this.events.filter((event) => this.wantsEvent(event));
    return new Map(wanted.map((event) => [event, this.#methodNameOf(event)]));
  }

  /**
   * Subscribes to what happens in this process. When its last such subscription has ended, it is closed.
   * @param known names of all events that can come, such as `knownEventNames(registry)`. Default: only names that look like the
   *   engine's are checked
   * @param given in place of its own name and queue
   * @returns ends the subscription
   * @throws what {@link check} throws
   */
  subscribeTo(
    source: EventSource,
    known: readonly string[] | null = null,
    given: SubscriptionOptions = {},
  ): () => void {
    this.check(known);
    const { queue } = this;
    const options = { name: this.name, ...(queue === null ? {} : { queue }), ...given };
    const end = source.on([...this.eventSubscriptions().keys()], (event) => this.call(event), options);
    this.#subscriptions += 1;
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      end();
      this.#subscriptions -= 1;
      if (this.#subscriptions === 0) void this.#closeReporting();
    };
  }

  /**
   * Checks that it wants something, that there are such events, and that it has a method for each.
   * @param known names of all events; null: not known
   * @param isBatched whether it is to take several events at a time, by `handleBatch`
   * @throws InvalidRequestError for an event that there is not
   * @throws InvalidInterfaceError for an event that no method of it takes
   */
  check(known: readonly string[] | null, isBatched = false): void {
    const subscriptions = this.eventSubscriptions();
    if (isBatched && this.#method("handleBatch") === null) {
      throw new InvalidInterfaceError(`the subscriber ${this.name} has no method for batches, expected handleBatch`, {
        context: { field: "handleBatch", value: this.name, expected: "handleBatch" },
      });
    }
    if (subscriptions.size === 0) {
      throw new InvalidRequestError(`the subscriber ${this.name} has no events, expected at least one`, {
        context: { field: "events", value: this.events, expected: "at least one event" },
      });
    }
    for (const [event, method] of subscriptions) {
      const defect = known === null ? null : eventDefect(event, known);
      if (defect !== null) {
        throw new InvalidRequestError(`events of the subscriber ${this.name}: ${defect.message} (${defect.hint})`, {
          context: { field: "events", value: event, expected: "the name of an event" },
        });
      }
      if (isBatched) continue;
      const isPattern = event.includes("*");
      if (isPattern ? this.#takesSome(event, known) : this.#method(method) !== null) continue;
      const expected = isPattern ? "handleEvent or a method for one of these events" : `${method} or handleEvent`;
      throw new InvalidInterfaceError(
        `the subscriber ${this.name} wants ${event} and has no method for it, expected ${expected}`,
        {
          context: { field: method, value: this.name, expected },
        },
      );
    }
  }

  /**
   * Hands it an event, if it wants it. What the method returns or throws is the caller's.
   * @param delivery what the event log says of it, which the method gets besides; null: it does not come from there
   */
  call(event: TaskerEvent, delivery: Delivery | null = null): unknown {
    this.#matcher ??= compilePattern([...this.eventSubscriptions().keys()]);
    if (!this.#matcher.matchesName(event.name) || !this.shouldProcessEvent(event)) return undefined;
    let method = this.#methods.get(event.name);
    if (method === undefined) {
      method = this.#method(this.eventSubscriptions().get(event.name) ?? this.#methodNameOf(event.name));
      this.#methods.set(event.name, method);
    }
    return method?.(event, delivery);
  }

  /**
   * Hands several events to `handleBatch(events, delivery)`: those that it wants, if there are any.
   * @param delivery as of {@link call}
   */
  callBatch(events: readonly TaskerEvent[], delivery: Delivery | null = null): unknown {
    this.#matcher ??= compilePattern([...this.eventSubscriptions().keys()]);
    const matcher = this.#matcher;
    const wanted = events.filter((event) => matcher.matchesName(event.name) && this.shouldProcessEvent(event));
    const found: unknown = Reflect.get(this, "handleBatch");
    if (wanted.length === 0 || typeof found !== "function") return undefined;
    return Reflect.apply(found, this, [wanted, delivery]);
  }

  /**
   * What `new DurableSubscriber({ database, ... })` takes for this subscriber: its name, its events and what hands them to it, one
   * after the other.
   * @param options how they are delivered
   */
  durable(options: Omit<DurableSubscription, "name" | "events" | "handle" | "handleBatch"> = {}): DurableSubscription {
    const handle: EventHandler = (event, delivery) => this.call(event, delivery);
    return { ...options, name: this.name, events: [...this.eventSubscriptions().keys()], handle };
  }

  /**
   * Lets go of what it holds. Called when its last subscription by `subscribeTo` has ended; whoever calls `call` closes it. It
   * can be subscribed again afterwards.
   */
  async close(): Promise<void> {}

  async #closeReporting(): Promise<void> {
    try {
      await this.close();
    } catch (err) {
      this.resources.log.error({ err, subscriber: this.name }, "a subscriber could not be closed");
    }
  }

  /** Whether a pattern means an event for which there is a method. */
  #takesSome(pattern: string, known: readonly string[] | null): boolean {
    if (known === null || this.#method("handleEvent") !== null) return true;
    const matcher = compilePattern(pattern);
    return known.some((name) => matcher.matchesName(name) && this.#method(handlerMethodOf(name)) !== null);
  }

  #methodNameOf(event: string): string {
    const own = handlerMethodOf(event);
    return event.includes("*") || (this.#method(own) === null && this.#method("handleEvent") !== null)
      ? "handleEvent"
      : own;
  }

  #method(name: string): HandlerMethod | null {
    const found: unknown = Reflect.get(this, name);
    return typeof found === "function" ? (...given) => Reflect.apply(found, this, given) : null;
  }
}
