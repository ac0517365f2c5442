import type { Connection } from "../../database/database.ts";
import type { TaskerEvent } from "../../events/event.ts";
import type { LogWindow } from "../reading/log-reader.ts";
import { callHandler } from "./call-handler.ts";
import type { Courier } from "./courier.ts";
import { type FailedAttempt, judgeFailure } from "./failure.ts";
import { keepBehind, keepFailed } from "./keep-event.ts";
import { noteAttempt } from "./retry-attempt.ts";
import type { KeptDelivery, KeptEvent } from "./seat.ts";
import type { SessionParts } from "./session-parts.ts";
import { Turns } from "./turns.ts";

/** Carries what a handler has thrown out of its transaction, which is rolled back on the way. */
class HandlerFailure extends Error {}

/**
 * Delivers events in the transaction that moves the cursor on: what the handler writes there, and that the events were
 * delivered, become true together or not at all.
 */
export class TransactionCourier implements Courier {
  readonly inFlight = 0;
  readonly #parts: SessionParts;
  readonly #turns = new Turns();

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  deliver(window: LogWindow): Promise<void> {
    return this.#turns.take(async () => {
      const { stop } = this.#parts;
      if (await this.#deliverWhole(window)) return;
      if (!stop.aborted) await this.#deliverApart(window);
    });
  }

  redeliver(delivery: KeptDelivery): Promise<void> {
    return this.#turns.take(() => this.#redeliver(delivery));
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {});
  }

  /** Delivers all of it, and gives whether no handler failed: if one did, nothing has happened. */
  async #deliverWhole({ events, cursor }: LogWindow): Promise<boolean> {
    const { settings, seat, held, tally } = this.#parts;
    const { database, clock, handler, batchSize } = settings;
    const free = held.total === 0 ? events : events.filter((event) => !held.holds(event.taskId));
    const behind = events.filter((event) => held.holds(event.taskId));
    const size = handler.kind === "batch" ? batchSize : 1;
    try {
      await database.transaction(async (transaction) => {
        for (let start = 0; start < free.length; start += size) {
          await this.#call(free.slice(start, start + size), 1, transaction);
        }
        const kept = behind.map((event): KeptEvent => ({ event, failure: null }));
        await seat.advance(transaction, clock.now(), cursor, kept);
      });
    } catch (error) {
      if (error instanceof HandlerFailure) return false;
      throw error;
    }
    for (const event of behind) keepBehind(this.#parts, event);
    tally.delivered += free.length;
    return true;
  }

  /** Delivers each event behind a savepoint of its own. */
  async #deliverApart({ events, cursor }: LogWindow): Promise<void> {
    const { settings, seat, held, tally, stop } = this.#parts;
    await settings.database.transaction(async (transaction) => {
      const kept: KeptEvent[] = [];
      for (const event of events) {
        if (stop.aborted) throw new HandlerFailure();
        if (held.holds(event.taskId)) {
          kept.push(keepBehind(this.#parts, event));
          continue;
        }
        const thrown = await this.#tryAlone(event, 1, transaction);
        if (thrown === null) tally.delivered += 1;
        else kept.push(keepFailed(this.#parts, event, thrown.cause));
      }
      await seat.advance(transaction, settings.clock.now(), cursor, kept);
    });
    this.#parts.lookForRetries();
  }

  async #redeliver(delivery: KeptDelivery): Promise<void> {
    const { settings, seat, stop } = this.#parts;
    if (stop.aborted) return;
    let failure: FailedAttempt | null = null;
    await settings.database.transaction(async (transaction) => {
      const number = delivery.attempts + 1;
      const thrown = await this.#tryAlone(delivery.event, number, transaction);
      failure = thrown === null ? null : judgeFailure(thrown.cause, number, settings);
      await seat.settle(transaction, settings.clock.now(), delivery, failure);
    });
    noteAttempt(this.#parts, delivery, failure);
  }

  /** Gives what the handler has thrown; then the transaction is where it was before. */
  async #tryAlone(event: TaskerEvent, number: number, transaction: Connection): Promise<HandlerFailure | null> {
    await transaction.execute("savepoint delivery");
    try {
      await this.#call([event], number, transaction);
      await transaction.execute("release savepoint delivery");
      return null;
    } catch (error) {
      if (!(error instanceof HandlerFailure)) throw error;
      if (this.#parts.stop.aborted) throw error;
      await transaction.execute("rollback to savepoint delivery");
      return error;
    }
  }

  async #call(events: readonly TaskerEvent[], number: number, transaction: Connection): Promise<void> {
    try {
      await callHandler(this.#parts.settings, this.#parts.stop, { events, number, transaction });
    } catch (cause) {
      throw new HandlerFailure("", { cause });
    }
  }
}
