import type { TaskerEvent } from "../../events/event.ts";
import type { LogWindow } from "../reading/log-window.ts";
import { callHandler } from "./call-handler.ts";
import type { Courier } from "./courier.ts";
import { keepBehind, keepFailed } from "./keep-event.ts";
import { settleAttempt } from "./retry-attempt.ts";
import type { KeptDelivery, KeptEvent } from "./seat.ts";
import type { SessionParts } from "./session-parts.ts";
import { Turns } from "./turns.ts";
import { WindowLedger } from "./window-ledger.ts";

/** Delivers many events at once, one call after the other. */
export class BatchCourier implements Courier {
  readonly #parts: SessionParts;
  readonly #ledger: WindowLedger;
  readonly #turns = new Turns();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#ledger = new WindowLedger(parts);
  }

  get inFlight(): number {
    return this.#ledger.inFlight;
  }

  deliver({ events, cursor }: LogWindow): Promise<void> {
    return this.#turns.take(async () => {
      const window = this.#ledger.open(cursor, 1);
      const { batchSize } = this.#parts.settings;
      for (let start = 0; start < events.length; start += batchSize) {
        window.kept.push(...(await this.#deliverBatch(events.slice(start, start + batchSize))));
        if (this.#parts.stop.aborted) return;
      }
      this.#ledger.finish(window);
    });
  }

  redeliver(delivery: KeptDelivery): Promise<void> {
    return this.#turns.take(() => settleAttempt(this.#parts, delivery));
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {});
  }

  async #deliverBatch(events: readonly TaskerEvent[]): Promise<readonly KeptEvent[]> {
    const { held, tally, stop } = this.#parts;
    const kept = events.filter((event) => held.holds(event.taskId)).map((event) => keepBehind(this.#parts, event));
    const free = kept.length === 0 ? events : events.filter((event) => !held.holds(event.taskId));
    try {
      await this.#call(free);
      tally.delivered += free.length;
      return kept;
    } catch {
      if (stop.aborted) return kept;
    }
    // Which of them it is shows when each comes alone.
    for (const event of free) {
      if (held.holds(event.taskId)) kept.push(keepBehind(this.#parts, event));
      else {
        try {
          await this.#call([event]);
          tally.delivered += 1;
        } catch (error) {
          if (this.#isStopped()) return kept;
          kept.push(keepFailed(this.#parts, event, error));
        }
      }
    }
    return kept;
  }

  async #call(events: readonly TaskerEvent[]): Promise<void> {
    await callHandler(this.#parts.settings, this.#parts.stop, { events, number: 1, transaction: null });
  }

  #isStopped(): boolean {
    return this.#parts.stop.aborted;
  }
}
