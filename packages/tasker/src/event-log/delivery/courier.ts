import type { LogWindow } from "../reading/log-window.ts";
import type { KeptDelivery } from "./seat.ts";

/** Brings events to the handler, and writes that they were delivered. */
export interface Courier {
  /** Windows that were taken and are not written yet. */
  readonly inFlight: number;
  /** Takes a window; resolves when it can take another one. */
  deliver(window: LogWindow): Promise<void>;
  /** Tries an event again that was kept; resolves when it is written what became of it. */
  redeliver(delivery: KeptDelivery): Promise<void>;
  /** Calls no handler any more; resolves when those that were called have ended. */
  close(): Promise<void>;
}
