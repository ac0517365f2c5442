import { elapsedOf, systemClock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import { DatabaseStatementError, DatabaseUnavailableError, OutcomeUnknownError } from "../../errors/index.ts";
import type { LogWindow } from "../reading/log-window.ts";
import { callInTransaction, HandlerFailure } from "./call-in-transaction.ts";
import type { Courier } from "./courier.ts";
import { type FailedAttempt, judgeFailure } from "./failure.ts";
import { noteKept, noteWritten } from "./keep-event.ts";
import { noteAttempt } from "./retry-attempt.ts";
import type { KeptDelivery, KeptEvent } from "./seat.ts";
import type { SessionParts } from "./session-parts.ts";
import type { SubscriberSettings } from "./settings.ts";
import { Turns } from "./turns.ts";
import { WindowProgress } from "./window-progress.ts";

/** Longest time after which a transaction begins no further call, in milliseconds, and part of the lease that it is at most. */
const LONGEST_TRANSACTION_MS = 1_000;
const TRANSACTION_SHARE = 0.1;
/** Part of the lease that a call may take where nothing can be written meanwhile, not even the lease renewed. */
const CALL_SHARE = 0.5;
/** By how much a transaction may be silent for longer than a handler may take, in milliseconds. */
const IDLE_MARGIN_MS = 10_000;
/** Longest limit that a server takes, in milliseconds. */
const LONGEST_IDLE_MS = 2 ** 31 - 1;

/** Stops a transaction because the session ends. */
class Interruption extends Error {}

/** What has been done in a transaction that is not committed yet. */
interface Part {
  /** Before this place everything is delivered, or to be kept. */
  next: number;
  readonly kept: KeptEvent[];
  /** Places of the events that the handler was called with, and of those of the last call. */
  readonly called: number[];
  last: readonly number[];
}

/**
 * Delivers events in the transaction that moves the cursor on: what the handler writes there, and that the events were
 * delivered, become true together or not at all. A transaction that fails is rolled back and begun again without the event that
 * was to blame, which is kept.
 */
export class TransactionCourier implements Courier {
  readonly inFlight = 0;
  readonly #parts: SessionParts;
  readonly #settings: SubscriberSettings;
  readonly #turns = new Turns();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { settings } = parts;
    const isAlone = settings.database.kind === "embedded";
    const timeoutMs = isAlone ? Math.min(settings.timeoutMs, settings.leaseMs * CALL_SHARE) : settings.timeoutMs;
    this.#settings = { ...settings, timeoutMs };
  }

  deliver(window: LogWindow): Promise<void> {
    return this.#turns.take(async () => {
      const progress = new WindowProgress(window);
      while (!progress.isThrough && !this.#parts.stop.aborted) await this.#deliverPart(window, progress);
    });
  }

  redeliver(delivery: KeptDelivery): Promise<void> {
    return this.#turns.take(() => this.#redeliver(delivery));
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {});
  }

  /** Delivers in one transaction what there is time for; or learns what the next one is to do otherwise. */
  async #deliverPart(window: LogWindow, progress: WindowProgress): Promise<void> {
    const part: Part = { next: progress.start, kept: [], called: [], last: [] };
    let ids: readonly number[];
    try {
      ids = await this.#transact((transaction) => this.#callAll(window, progress, part, transaction));
    } catch (error) {
      this.#learn(progress, part, error);
      return;
    }
    progress.commit(part.next);
    this.#parts.seat.confirmAdvance();
    this.#parts.tally.delivered += part.called.length;
    for (const kept of part.kept) noteKept(this.#parts, kept);
    noteWritten(this.#parts, part.kept, ids);
    if (part.kept.length > 0) this.#parts.lookForRetries();
  }

  /** Gives the ids of what is kept. */
  async #callAll(
    window: LogWindow,
    progress: WindowProgress,
    part: Part,
    transaction: Connection,
  ): Promise<readonly number[]> {
    const { seat, stop } = this.#parts;
    const { handler, batchSize, clock, leaseMs } = this.#settings;
    const lateAtMs = elapsedOf(systemClock) + Math.min(LONGEST_TRANSACTION_MS, leaseMs * TRANSACTION_SHARE);
    const usual = handler.kind === "batch" ? batchSize : 1;
    let cursor = window.events.length === 0 ? window.cursor : null;
    while (cursor === null) {
      if (stop.aborted) throw new Interruption();
      this.#choose(window, progress, part, progress.sizeAt(part.next, usual));
      part.called.push(...part.last);
      const events = part.last.flatMap((place) => window.events[place] ?? []);
      if (events.length > 0) await callInTransaction(this.#settings, stop, transaction, events, 1);
      cursor = progress.endBefore(part.next, elapsedOf(systemClock) >= lateAtMs);
    }
    return seat.advance(transaction, clock.now(), cursor, part.kept);
  }

  /** Chooses the events of the next call, and keeps those between them that cannot be delivered. */
  #choose({ events }: LogWindow, progress: WindowProgress, part: Part, size: number): void {
    const { held } = this.#parts;
    const places: number[] = [];
    const end = Math.min(part.next + size, events.length);
    for (; part.next < end; part.next++) {
      const event = events[part.next];
      if (event === undefined) break;
      const { taskId } = event;
      const failure = progress.failureAt(part.next);
      const isBehind = held.holds(taskId) || part.kept.some((kept) => waitsBehind(kept, taskId));
      if (isBehind || failure !== null) part.kept.push({ event, failure: isBehind ? null : failure });
      else places.push(part.next);
    }
    part.last = places;
  }

  /** Finds who is to blame for a transaction that was rolled back. @throws the error, if that is no handler */
  #learn(progress: WindowProgress, part: Part, error: unknown): void {
    if (this.#parts.stop.aborted) return;
    const failure = this.#judge(error, part.called.length > 0, 1);
    const isOfCall = error instanceof HandlerFailure;
    const suspects = isOfCall ? part.last : part.called;
    const [first] = suspects;
    if (first !== undefined && (suspects.length === 1 || progress.commitsAlone)) progress.fail(first, failure);
    else if (isOfCall) progress.callAlone(part.next);
    else progress.commitAlone(part.next);
  }

  async #redeliver(delivery: KeptDelivery): Promise<void> {
    const { seat, stop } = this.#parts;
    const { database, clock } = this.#settings;
    if (stop.aborted) return;
    const number = delivery.attempts + 1;
    let failure: FailedAttempt | null = null;
    let next: number | null;
    let isCalled = false;
    try {
      next = await this.#transact(async (transaction) => {
        isCalled = true;
        await callInTransaction(this.#settings, stop, transaction, [delivery.event], number);
        return seat.settle(transaction, clock.now(), delivery, null);
      });
    } catch (error) {
      if (stop.aborted) return;
      failure = this.#judge(error, isCalled, number);
      next = await seat.settle(database, clock.now(), delivery, failure);
    }
    noteAttempt(this.#parts, delivery, failure, next);
  }

  #transact<T>(work: (transaction: Connection) => Promise<T>): Promise<T> {
    const { database, timeoutMs } = this.#settings;
    return database.transaction(work, { idleTimeoutMs: Math.min(timeoutMs + IDLE_MARGIN_MS, LONGEST_IDLE_MS) });
  }

  /**
   * Decides about an attempt whose transaction was rolled back.
   * @param isCalled whether a handler was called in it: what is refused or lost then is its doing, as far as can be told
   * @throws the error, if it is not about an attempt. Whether a commit without an answer was done shows the cursor.
   */
  #judge(error: unknown, isCalled: boolean, number: number): FailedAttempt {
    if (error instanceof HandlerFailure) return judgeFailure(error.cause, number, this.#settings);
    const isRefused = error instanceof DatabaseStatementError || error instanceof DatabaseUnavailableError;
    if (!isCalled || !isRefused || error instanceof OutcomeUnknownError) throw error;
    return judgeFailure(error, number, this.#settings);
  }
}

/** Whether events of a task have to wait behind one that is kept. */
function waitsBehind({ event, failure }: KeptEvent, taskId: number | null): boolean {
  return taskId !== null && event.taskId === taskId && (failure === null || failure.retryAtMs !== null);
}
