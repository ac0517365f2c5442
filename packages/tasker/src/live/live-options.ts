import { type Clock, systemClock } from "../clock/clock.ts";
import type { Database } from "../database/database.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { Mask } from "../events/bus/mask.ts";

/** Options of `LiveEvents`. */
export interface LiveEventsOptions {
  readonly database: Database;
  /** A bus of this process: what it tells lets the log be looked at sooner. Default: none. */
  readonly events?: EventBus;
  /** By which positions grow old. Default: the machine's clock. */
  readonly clock?: Clock;
  /** Hides what no client may see. Default: nothing. */
  readonly mask?: Mask | null;
  /** Told when the log cannot be read, once in each outage. Default: nobody is told. */
  readonly onFailure?: (error: unknown) => void;
  /** Shortest time between two looks at the log while it grows, in milliseconds. Default: 50. */
  readonly lookMs?: number;
  /** Longest time between two looks, in milliseconds. Default: 500. */
  readonly pollMs?: number;
  /** Most events that wait for one client. Default: 5,000. */
  readonly buffer?: number;
  /** How often clients are told that nothing happened, in milliseconds. Default: 15,000. */
  readonly beatMs?: number;
  /** How old a position may be from which a client goes on, in milliseconds. Default: 3,600,000. */
  readonly resumeMs?: number;
  /** Most rows of the log that a client may have missed. Default: 100,000. */
  readonly resumeRows?: number;
}

/** Options with their defaults. */
export interface LiveSettings extends Required<Omit<LiveEventsOptions, "events">> {
  /** Null: there is none. */
  readonly events: EventBus | null;
}

/** Fills in what was left out. */
export function liveSettings(options: LiveEventsOptions): LiveSettings {
  return {
    events: null,
    clock: systemClock,
    mask: null,
    onFailure: () => {},
    lookMs: 50,
    pollMs: 500,
    buffer: 5_000,
    beatMs: 15_000,
    resumeMs: 3_600_000,
    resumeRows: 100_000,
    ...options,
  };
}
