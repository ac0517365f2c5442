import { type Clock, systemClock } from "../../clock/clock.ts";
import type { EventName, PayloadOf } from "../catalogue/catalogue.ts";
import { checkNames } from "../catalogue/check-names.ts";
import type { TaskerEvent } from "../event.ts";
import { type EventAbout, makeEvent } from "../make-event.ts";
import { InlineSubscription } from "./inline-subscription.ts";
import type { Mask } from "./mask.ts";
import { compilePattern, type EventMatcher, type EventPattern } from "./pattern.ts";
import { type BatchOptions, batchSettings, type QueueOptions, queueSettings } from "./queue-options.ts";
import { QueuedSubscription } from "./queued-subscription.ts";
import {
  type EventListener,
  makeSubscribe,
  type Subscribe,
  type SubscriptionOptions,
  type Unsubscribe,
} from "./subscribe.ts";
import type { ReportError, Subscription, SubscriptionStatistics } from "./subscription.ts";

/** Takes several events, in the order in which they happened. */
export type BatchListener = (events: readonly TaskerEvent[]) => unknown;

/** Options of {@link EventBus.onBatch}. */
export interface BatchSubscriptionOptions extends SubscriptionOptions {
  readonly batch?: BatchOptions;
}

/** Calls something in the context of an event, and gives what it gives. */
export type InContext = (event: TaskerEvent, call: () => unknown) => unknown;

/** Options of an {@link EventBus}. */
export interface EventBusOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Told what a listener throws. Default: nobody is told; it is counted. */
  readonly onListenerError?: ReportError;
  /**
   * Calls a listener with a queue, and what it starts, in the context of an event, such as under its correlation id. Listeners
   * without a queue and those of batches are called as they are. Default: all are.
   */
  readonly inContext?: InContext;
  /** What is to be hidden from all listeners; see {@link maskEvents}. Default: nothing. */
  readonly mask?: Mask;
}

/** Most names for which it is remembered who wants them. */
const MOST_ROUTES = 10_000;

/**
 * Hands events to whoever wants them in this process, in the order in which they are published. One that is published while
 * another is handed out comes after it.
 */
export class EventBus {
  readonly #clock: Clock;
  /** What is hidden from all listeners; null: nothing. */
  readonly mask: Mask | null;
  readonly #inContext: InContext;
  readonly #report: ReportError;
  #subscriptions: readonly Subscription[] = [];
  /** Who wants the events of a name. */
  readonly #routes = new Map<string, readonly Subscription[]>();
  readonly #waiting: TaskerEvent[] = [];
  #isPublishing = false;
  /** Subscribes to events; what it gives ends the subscription. */
  readonly on: Subscribe = makeSubscribe((pattern, listener, options) => this.subscribe(pattern, listener, options));
  #roomWaiters: (() => void)[] = [];
  #count = 0;

  constructor(options: EventBusOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.mask = options.mask ?? null;
    this.#inContext = options.inContext ?? ((_, call) => call());
    const report = options.onListenerError ?? (() => {});
    this.#report = (error, name) => {
      try {
        report(error, name);
      } catch {
        // Nobody is left to tell.
      }
    };
  }

  /** As {@link on}, for a pattern and options that are given in any case. */
  subscribe(pattern: EventPattern, listener: EventListener, options: SubscriptionOptions): Unsubscribe {
    return this.#add(this.#compile(pattern), listener, options);
  }

  /**
   * As {@link on}, for a listener that takes several events at a time. They wait for it in a queue, which is not smaller than a batch.
   */
  onBatch(pattern: EventPattern, listener: BatchListener, options: BatchSubscriptionOptions = {}): Unsubscribe {
    const queue = queueSettings(options.queue);
    const batch = batchSettings(options.batch, queue.max);
    return this.#addQueued(this.#compile(pattern), listener, this.#nameOf(options), queue, batch);
  }

  /** Whether anybody may want events of a name: building one that nobody gets can be left out. */
  wants(name: string): boolean {
    return this.#routeOf(name).length > 0;
  }

  /** Whether anybody has subscribed. */
  get hasListeners(): boolean {
    return this.#subscriptions.length > 0;
  }

  /** Hands an event to everybody who wants it. Never throws. */
  publish(event: TaskerEvent): void {
    if (this.#isPublishing) {
      this.#waiting.push(event);
      return;
    }
    this.#isPublishing = true;
    this.#handOut(event);
    // Grows while listeners publish in turn.
    for (const next of this.#waiting) this.#handOut(next);
    this.#waiting.length = 0;
    this.#isPublishing = false;
  }

  /**
   * Publishes an event that no row tells, which happens now. If nobody wants it, nothing is done.
   * @param payload makes what it tells
   */
  tell<Name extends EventName>(name: Name, about: EventAbout, payload: () => PayloadOf<Name>): void {
    if (this.wants(name)) this.publish(makeEvent(name, about, payload(), this.#clock.now()));
  }

  /** Whether a queue is full whose overflow is `block`: whoever can had better publish nothing until {@link whenRoom}. */
  get isFull(): boolean {
    return this.#subscriptions.some(({ isFull }) => isFull);
  }

  /** Resolves when no queue is full whose overflow is `block`. */
  async whenRoom(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
  }

  /** Resolves when no event waits for a listener any more. */
  async flush(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.flush()));
  }

  /** How each subscription fares, in the order in which they were made. */
  statistics(): SubscriptionStatistics[] {
    const now = this.#clock.now();
    return this.#subscriptions.map((subscription) => subscription.statistics(now));
  }

  #compile(pattern: EventPattern): EventMatcher {
    const matcher = compilePattern(pattern);
    if (typeof pattern !== "function") checkNames(typeof pattern === "string" ? [pattern] : pattern);
    return matcher;
  }

  #add(matcher: EventMatcher, listener: EventListener, options: SubscriptionOptions): Unsubscribe {
    const name = this.#nameOf(options);
    const { queue } = options;
    if (queue === undefined) return this.#keep(new InlineSubscription(name, matcher, listener, this.#report));
    const deliver: BatchListener = ([event]) =>
      event === undefined ? undefined : this.#inContext(event, () => listener(event));
    return this.#addQueued(matcher, deliver, name, queueSettings(queue), { max: 1, maxWaitMs: 0 });
  }

  #addQueued(
    matcher: EventMatcher,
    deliver: BatchListener,
    name: string,
    queue: Required<QueueOptions>,
    batch: Required<BatchOptions>,
  ): Unsubscribe {
    const parts = { name, matcher, deliver, queue, batch, clock: this.#clock };
    return this.#keep(new QueuedSubscription({ ...parts, report: this.#report, onRoom: () => this.#tellRoom() }));
  }

  #nameOf({ name }: SubscriptionOptions): string {
    this.#count += 1;
    return name ?? `subscription ${this.#count}`;
  }

  #keep(subscription: Subscription): Unsubscribe {
    this.#subscriptions = [...this.#subscriptions, subscription];
    this.#routes.clear();
    return () => {
      if (!this.#subscriptions.includes(subscription)) return;
      this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription);
      this.#routes.clear();
      subscription.end();
    };
  }

  #routeOf(name: string): readonly Subscription[] {
    let route = this.#routes.get(name);
    if (route === undefined) {
      if (this.#routes.size >= MOST_ROUTES) this.#routes.clear();
      route = this.#subscriptions.filter(({ matcher }) => matcher.matchesName(name));
      this.#routes.set(name, route);
    }
    return route;
  }

  #handOut(event: TaskerEvent): void {
    const route = this.#routeOf(event.name);
    if (route.length === 0) return;
    const shown = this.mask === null ? event : this.mask(event);
    for (const subscription of route) subscription.take(shown);
  }

  #tellRoom(): void {
    if (this.#roomWaiters.length === 0 || this.isFull) return;
    for (const resolve of this.#roomWaiters.splice(0)) resolve();
  }
}
