import { LiveEvents } from "../../live/live-events.ts";
import { LiveQueues } from "../../live/live-queues.ts";
import { DatabaseFigures } from "../../telemetry/metrics/database-figures.ts";
import type { ServerParts } from "../server-parts.ts";
import type { LiveBounds } from "./live-bounds.ts";
import { Seats } from "./seats.ts";
import { Watchmen } from "./watchmen.ts";

/** Milliseconds between two counts of queues that somebody watches. */
const QUEUES_MS = 2_000;

/** What the clients of a server that watch something share. */
export class LiveDesk {
  readonly events: LiveEvents;
  readonly queues: LiveQueues;
  readonly seats: Seats;
  readonly watchmen: Watchmen;
  /** How often clients are told that nothing happened, in milliseconds. */
  readonly beatMs: number;

  constructor(parts: Omit<ServerParts, "live">, bounds: LiveBounds = {}) {
    const { database, engine, clock, log, closing, eventMask: mask } = parts;
    const { connections = 20_000, connectionsPerPrincipal = 1_000, recheckMs = 30_000 } = bounds;
    const { beatMs = 15_000, buffer } = bounds;
    this.beatMs = beatMs;
    const onFailure = (error: unknown) => log.warn({ err: error }, "live clients are told nothing for the moment");
    this.events = new LiveEvents({
      database,
      events: engine.events,
      clock,
      mask,
      onFailure,
      beatMs,
      ...(buffer === undefined ? {} : { buffer }),
    });
    const source = new DatabaseFigures({ database, clock, log, intervalMs: QUEUES_MS });
    this.queues = new LiveQueues({ source, everyMs: QUEUES_MS, onFailure });
    this.seats = new Seats(connections, connectionsPerPrincipal);
    this.watchmen = new Watchmen(recheckMs);
    closing.addEventListener("abort", () => {
      this.queues.stop();
      void this.events.stop();
    });
  }
}
