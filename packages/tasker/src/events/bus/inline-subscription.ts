import type { TaskerEvent } from "../event.ts";
import type { EventMatcher } from "./pattern.ts";
import { type ReportError, type Subscription, type SubscriptionStatistics, UNHEALTHY_AFTER } from "./subscription.ts";

/** A listener that is called while the event is published. A promise that it gives is not waited for. */
export class InlineSubscription implements Subscription {
  readonly matcher: EventMatcher;
  readonly isFull = false;
  readonly #name: string;
  readonly #listener: (event: TaskerEvent) => unknown;
  readonly #report: ReportError;
  #hasEnded = false;
  #taken = 0;
  #failed = 0;
  #failuresInARow = 0;

  constructor(name: string, matcher: EventMatcher, listener: (event: TaskerEvent) => unknown, report: ReportError) {
    this.#name = name;
    this.matcher = matcher;
    this.#listener = listener;
    this.#report = report;
  }

  take(event: TaskerEvent): void {
    if (this.#hasEnded || !this.#accepts(event)) return;
    this.#taken += 1;
    try {
      const result = this.#listener(event);
      if (result instanceof Promise) void this.#follow(result);
      else this.#failuresInARow = 0;
    } catch (error) {
      this.#fail(error);
    }
  }

  statistics(): SubscriptionStatistics {
    return {
      name: this.#name,
      kind: "inline",
      delivered: this.#taken - this.#failed,
      dropped: 0,
      failed: this.#failed,
      queued: 0,
      lagMs: 0,
      healthy: this.#failuresInARow < UNHEALTHY_AFTER,
    };
  }

  async flush(): Promise<void> {}

  end(): void {
    this.#hasEnded = true;
  }

  #accepts(event: TaskerEvent): boolean {
    try {
      return this.matcher.accepts?.(event) ?? true;
    } catch (error) {
      this.#taken += 1;
      this.#fail(error);
      return false;
    }
  }

  async #follow(result: Promise<unknown>): Promise<void> {
    try {
      await result;
      this.#failuresInARow = 0;
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failed += 1;
    this.#failuresInARow += 1;
    this.#report(error, this.#name);
  }
}
