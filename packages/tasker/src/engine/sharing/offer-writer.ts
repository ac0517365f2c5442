import { systemClock } from "../../clock/clock.ts";
import { failureKindOf } from "../../database/failure-kind.ts";
import type { OfferDeskHost } from "./offer-desk-host.ts";
import { type OfferedStep, type OfferOptions, writeOffers } from "./offer-steps.ts";

/** What became of offers that were to be written. */
export interface WrittenOffers {
  /** Ids of the tasks whose steps are not offered: the database has them otherwise than this process thinks. */
  readonly refused: ReadonlySet<number>;
  /** Whether those may only be locked by somebody. */
  readonly skipLocked: boolean;
}

/** Writes offers, and tries until there is an answer: as long as it is open whether steps are offered, nobody may start them here. */
export class OfferWriter {
  readonly #host: OfferDeskHost;
  readonly #onLocked: () => void;
  #closed = false;

  /** @param onLocked called when somebody keeps tasks locked */
  constructor(host: OfferDeskHost, onLocked: () => void) {
    this.#host = host;
    this.#onLocked = onLocked;
  }

  /** What could not be written is not tried again. */
  close(): void {
    this.#closed = true;
  }

  /** @throws what the database answers once the writer is closed or the process was declared dead */
  async write(offers: readonly OfferedStep[]): Promise<WrittenOffers> {
    const { database, clock, log, processId, pollIntervalMs } = this.#host;
    const now = new Date(clock.now());
    let skipLocked = false;
    let maybeDone = false;
    for (;;) {
      try {
        // Of a task that was loaded again meanwhile the offers were deleted.
        const current = offers.filter(({ run }) => !run.dropped);
        const defaultTimeoutSecondsOf: OfferOptions["defaultTimeoutSecondsOf"] = (task) =>
          this.#host.defaultTimeoutSecondsOf(task);
        const options = { now, defaultTimeoutSecondsOf, skipLocked };
        return { refused: await writeOffers(database, processId, current, options), skipLocked };
      } catch (error) {
        if (this.#closed || processId !== this.#host.processId) throw error;
        const kind = failureKindOf(error);
        maybeDone ||= kind === "unknown";
        // Tasks that are left out must not be on offer by a try whose answer was lost.
        skipLocked = kind === "busy" && !maybeDone;
        if (skipLocked) this.#onLocked();
        log.warn({ err: error, steps: offers.length }, "offering steps to other processes failed, trying again");
        await new Promise<void>((resolve) => void systemClock.after(pollIntervalMs, resolve));
      }
    }
  }
}
