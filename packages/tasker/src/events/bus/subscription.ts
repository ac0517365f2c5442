import type { TaskerEvent } from "../event.ts";
import type { EventMatcher } from "./pattern.ts";

/** How a subscription fares. */
export interface SubscriptionStatistics {
  readonly name: string;
  /** `inline`: called while the event is published. `queued`: called later, one event or batch at a time. */
  readonly kind: "inline" | "queued";
  /** Events that the listener has taken. */
  readonly delivered: number;
  /** Events that found the queue full. */
  readonly dropped: number;
  /** Events for which the listener threw, or gave a promise that was rejected. */
  readonly failed: number;
  /** Events that wait. */
  readonly queued: number;
  /** Milliseconds since the oldest event that waits happened; 0 if none waits. */
  readonly lagMs: number;
  /** False while the queue is full, and after {@link UNHEALTHY_AFTER} failures in a row. */
  readonly healthy: boolean;
}

/** Failures in a row from which a subscription is not healthy. */
export const UNHEALTHY_AFTER = 3;

/** Told what a listener throws. */
export type ReportError = (error: unknown, subscription: string) => void;

/** One listener of the bus with the events that it wants. */
export interface Subscription {
  readonly matcher: EventMatcher;
  /** Takes an event whose name fits. Never throws. */
  take(event: TaskerEvent): void;
  statistics(now: number): SubscriptionStatistics;
  /** Whether publishers are to wait for it. */
  readonly isFull: boolean;
  /** Resolves when nothing waits. */
  flush(): Promise<void>;
  /** Nothing is delivered after that. */
  end(): void;
}
