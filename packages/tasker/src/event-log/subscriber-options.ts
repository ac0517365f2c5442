import type { Clock } from "../clock/clock.ts";
import type { BackoffSettings } from "../config/backoff-config.ts";
import type { Connection, Database } from "../database/database.ts";
import type { EventPattern } from "../events/bus/pattern.ts";
import type { TaskerEvent } from "../events/event.ts";

/** What a handler is told besides the event. */
export interface Delivery {
  /** Name of the subscriber. */
  readonly subscriber: string;
  /** Number of the attempt, from 1. Of several events at once: of the first. */
  readonly attempt: number;
  /** Aborted when the attempt has taken too long, the subscriber stops, or another process has taken it over. */
  readonly signal: AbortSignal;
  /**
   * Of a transactional subscriber: what is written here is committed together with the note that the event was delivered, or
   * not at all. Null for any other.
   */
  readonly transaction: Connection | null;
}

/** Takes one event. What it throws, or rejects with, is a failed attempt. */
export type EventHandler = (event: TaskerEvent, delivery: Delivery) => unknown;

/** Takes events in their order. What it throws, or rejects with, is a failed attempt for all of them: each is then tried alone. */
export type BatchHandler = (events: readonly TaskerEvent[], delivery: Delivery) => unknown;

/**
 * Where a new subscriber begins: with what is written from now on; with the oldest event there is; with the events of an
 * instant and later; or after an event, named by its id. Events of the very millisecond of that event may come, too.
 */
export type StartingPoint = "now" | "beginning" | Date | { readonly after: string };

/** What a durable subscriber does with events, apart from where they come from. */
export interface DurableSubscription {
  /** Identifies it, with its position, in the database: 1 to 255 characters. */
  readonly name: string;
  /** Which events. Default: all. */
  readonly events?: EventPattern;
  /** Only events of tasks of this namespace. Default: of all, and those without a task. */
  readonly namespace?: string;
  /** Only events of this task. Default: of all. */
  readonly taskId?: number;
  /**
   * Places in the payloads of events that the handler does not see, as `maskEvents` takes them; dead letters do not have them
   * either. What an engine masks is masked for its own listeners only. Default: none.
   */
  readonly maskedEventKeys?: readonly string[];
  /** Called for each event. Either this or `handleBatch`. */
  readonly handle?: EventHandler;
  /** Called for many events at once. */
  readonly handleBatch?: BatchHandler;
  /**
   * Gives the handler a transaction in which the position is moved on as well: its writes to this database happen exactly
   * once. Events are then handled one after the other. Default: false.
   */
  readonly transactional?: boolean;
  /** Where it begins if it is new; afterwards it goes on where it was. Default: `now`. */
  readonly from?: StartingPoint;
  /** Tasks of which events are handled at the same time. Default: 10. */
  readonly concurrency?: number;
  /** Most events of one call of `handleBatch`. Default: 500. */
  readonly batchSize?: number;
  /** How long a failed event waits before it is tried again. Default: 1, 2, 4, 8, 16, 32, 49, ... seconds, 300 at most. */
  readonly retry?: BackoffSettings;
  /** Attempts after which an event is put among the dead letters. Default: 10. */
  readonly deadLetterAfter?: number;
  /**
   * Longest time of one attempt, in milliseconds; of a transactional subscriber on the embedded database half of its `leaseMs` at
   * most. Default: 30,000.
   */
  readonly timeoutMs?: number;
  /** Events that may be kept for later, because they or one before them of their task failed; then reading pauses. Default: 1,000. */
  readonly holdBack?: number;
}

/** Receives what a subscriber has to report. The shape of pino's loggers. */
export interface SubscriberLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** What a durable subscriber is made of. */
export interface DurableSubscriberOptions extends DurableSubscription {
  readonly database: Database;
  /** Longest time between two looks at the log while nothing happens, in milliseconds. Default: 500. */
  readonly pollMs?: number;
  /** How long the process that runs it may be silent before another takes over, in milliseconds. Default: 10,000. */
  readonly leaseMs?: number;
  /** Rows of each table that are read at once. Default: 1,000. */
  readonly windowRows?: number;
  /** Where times of delivery and waits come from; leases go by the machine's. Default: the machine's clock. */
  readonly clock?: Clock;
  /** Random numbers in [0, 1), for jitter. Default: `Math.random`. */
  readonly random?: () => number;
  /** Default: silent. */
  readonly log?: SubscriberLog;
}
