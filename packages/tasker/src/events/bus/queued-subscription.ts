import type { CancelTimer, Clock } from "../../clock/clock.ts";
import type { TaskerEvent } from "../event.ts";
import { EventQueue } from "./event-queue.ts";
import type { EventMatcher } from "./pattern.ts";
import type { BatchOptions, QueueOptions } from "./queue-options.ts";
import { type ReportError, type Subscription, type SubscriptionStatistics, UNHEALTHY_AFTER } from "./subscription.ts";

/** What a {@link QueuedSubscription} is made of. */
export interface QueuedParts {
  readonly name: string;
  readonly matcher: EventMatcher;
  /** Takes the events of a turn; the next turn waits for what it gives. */
  readonly deliver: (events: readonly TaskerEvent[]) => unknown;
  readonly queue: Required<QueueOptions>;
  /** With a `max` of 1, each event is handed over by itself. */
  readonly batch: Required<BatchOptions>;
  readonly clock: Clock;
  readonly report: ReportError;
  /** Called when there is room again in a queue that publishers wait for. */
  readonly onRoom: () => void;
}

/** A listener for which events wait: it takes one event or batch after the other, in the order in which they were published. */
export class QueuedSubscription implements Subscription {
  readonly matcher: EventMatcher;
  readonly #parts: QueuedParts;
  readonly #events = new EventQueue();
  #cancelWait: CancelTimer | null = null;
  #isDelivering = false;
  #isFlushing = false;
  #hasEnded = false;
  #idleWaiters: (() => void)[] = [];
  #delivered = 0;
  #dropped = 0;
  #failed = 0;
  #failuresInARow = 0;

  constructor(parts: QueuedParts) {
    this.#parts = parts;
    this.matcher = parts.matcher;
  }

  get isFull(): boolean {
    return this.#parts.queue.overflow === "block" && this.#events.size >= this.#parts.queue.max;
  }

  take(event: TaskerEvent): void {
    if (this.#hasEnded || !this.#accepts(event)) return;
    const { max, overflow } = this.#parts.queue;
    if (this.#events.size >= max && overflow !== "block") {
      this.#dropped += 1;
      if (overflow === "drop_newest") return;
      this.#events.take(1);
    }
    this.#events.push(event);
    this.#look();
  }

  statistics(now: number): SubscriptionStatistics {
    const { oldest, size } = this.#events;
    return {
      name: this.#parts.name,
      kind: "queued",
      delivered: this.#delivered,
      dropped: this.#dropped,
      failed: this.#failed,
      queued: size,
      lagMs: oldest === undefined ? 0 : Math.max(0, now - oldest.at),
      healthy: size < this.#parts.queue.max && this.#failuresInARow < UNHEALTHY_AFTER,
    };
  }

  flush(): Promise<void> {
    if (this.#events.size === 0 && !this.#isDelivering) return Promise.resolve();
    const flushed = new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    this.#isFlushing = true;
    this.#look();
    return flushed;
  }

  end(): void {
    this.#hasEnded = true;
    this.#events.clear();
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#parts.onRoom();
    if (!this.#isDelivering) this.#rest();
  }

  #accepts(event: TaskerEvent): boolean {
    try {
      return this.matcher.accepts?.(event) ?? true;
    } catch (error) {
      this.#fail(1, error);
      return false;
    }
  }

  /** Begins to deliver if there is enough, or when it has waited long enough. */
  #look(): void {
    if (this.#isDelivering || this.#events.size === 0) return;
    const { max, maxWaitMs } = this.#parts.batch;
    if (this.#events.size >= max || this.#isFlushing || maxWaitMs === 0) {
      this.#begin();
      return;
    }
    this.#cancelWait ??= this.#parts.clock.after(maxWaitMs, () => this.#begin());
  }

  #begin(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    // Not while the event is being published.
    queueMicrotask(() => void this.#deliver());
  }

  async #deliver(): Promise<void> {
    do {
      const wasFull = this.isFull;
      const events = this.#events.take(this.#parts.batch.max);
      if (wasFull && !this.isFull) this.#parts.onRoom();
      if (events.length > 0) await this.#handOver(events);
    } while (this.#events.size >= this.#parts.batch.max || (this.#isFlushing && this.#events.size > 0));
    this.#isDelivering = false;
    if (this.#events.size > 0) this.#look();
    else this.#rest();
  }

  async #handOver(events: readonly TaskerEvent[]): Promise<void> {
    try {
      await this.#parts.deliver(events);
      this.#delivered += events.length;
      this.#failuresInARow = 0;
    } catch (error) {
      this.#fail(events.length, error);
    }
  }

  #rest(): void {
    this.#isFlushing = false;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #fail(count: number, error: unknown): void {
    this.#failed += count;
    this.#failuresInARow += 1;
    this.#parts.report(error, this.#parts.name);
  }
}
