import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { elapsedOf, systemClock } from "../clock/clock.ts";
import type { RowOf } from "../database/statement.ts";
import { NotRunningError } from "../errors/index.ts";
import { outageWaitMs } from "../retry/outage-wait.ts";
import { decodeCursor, decodePositions } from "./cursor/log-cursor.ts";
import { Bell } from "./delivery/bell.ts";
import { Lease } from "./delivery/lease.ts";
import { Seat } from "./delivery/seat.ts";
import { DeliverySession } from "./delivery/session.ts";
import { type SubscriberSettings, subscriberSettings } from "./delivery/settings.ts";
import { findSubscriber, releaseSubscriber, takeSubscriber } from "./delivery/subscriber-statements.ts";
import { type DeliveryFigures, DeliveryTally } from "./delivery/tally.ts";
import { dropAbandonedReplays } from "./manage/abandoned-replays.ts";
import { wantedOnRequest } from "./reading/check-wanted.ts";
import { describeFilter, selectEvents } from "./reading/event-selection.ts";
import { LogReader } from "./reading/log-reader.ts";
import { registerSubscriber } from "./start/register-subscriber.ts";
import type { DurableSubscriberOptions } from "./subscriber-options.ts";

/** Part of the lease after which a process that waits for a subscriber asks again. */
const STANDBY_SHARE = 0.2;
/** Default of {@link DurableSubscriber.stop}. */
const GRACE_MS = 5_000;

/** How a subscriber stands in this process. */
export interface DurableSubscriberStatistics extends DeliveryFigures {
  readonly name: string;
  /** Whether this process runs it. If not, it waits for the one that does to leave or fall silent. */
  readonly isActive: boolean;
  /** Rows of the log that it had still to read at its last look, counted by their ids; 0 while another process runs it. */
  readonly lagEvents: number;
}

type Taken = RowOf<typeof takeSubscriber.columns>;

/**
 * Tells events from the event log, by a position that is kept in the database: at least once, those of a task in order, also
 * those that happened while no process was there. Of several processes with a subscriber of one name, one runs it; when it
 * leaves or falls silent, another goes on.
 */
export class DurableSubscriber {
  readonly #settings: SubscriberSettings;
  readonly #owner = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  readonly #tally = new DeliveryTally();
  readonly #bell = new Bell();
  #session: DeliverySession | null = null;
  #reader: LogReader | null = null;
  #running: Promise<void> | null = null;
  #isStopping = false;
  /** Failures since a session has moved the cursor on. */
  #failures = 0;

  /** @throws InvalidRequestError for an option that cannot be */
  constructor(options: DurableSubscriberOptions) {
    this.#settings = subscriberSettings(options);
    selectEvents(this.#settings.filter, { since: null, after: null, until: null });
  }

  /**
   * Makes the subscriber in the database if it is new, which fixes where it begins, and runs it in the background from then on.
   * @throws NotRunningError if it was started before
   * @throws EventNotFoundError if it is to begin after an event that the log does not have
   */
  async start(): Promise<void> {
    if (this.#running !== null) throw new NotRunningError(`the subscriber ${this.#settings.name} was started already`);
    const { database, clock, name, filter, from, log } = this.#settings;
    for (const event of wantedOnRequest(filter.events)) {
      log.warn({ subscriber: name, event }, "this event is told only where the engine option storeEvents names it");
    }
    const begun = Promise.withResolvers<void>();
    this.#running = begun.promise;
    try {
      await registerSubscriber(database, { name, filter, from, end: null, isTemporary: false, nowMs: clock.now() });
    } catch (error) {
      this.#running = null;
      begun.resolve();
      throw error;
    }
    void this.run().then(begun.resolve);
  }

  /**
   * Runs until it is stopped, for a subscriber that is in the database; a replay also until it has come to its end or is gone.
   * @internal
   */
  async run({ isReplay = false }: { readonly isReplay?: boolean } = {}): Promise<void> {
    while (!this.#isStopping) {
      try {
        const taken = await this.#take();
        if (taken !== null && (await this.#runSession(taken.row, taken.askedAtMs))) return;
        if (taken === null && isReplay && !(await this.#exists())) return;
        if (taken === null) await this.#bell.wait(this.#settings.leaseMs * STANDBY_SHARE);
      } catch (error) {
        this.#failures += 1;
        const { log, name, random } = this.#settings;
        log.warn({ err: error, subscriber: name }, "delivering events was interrupted and begins again");
        if (!this.#isStopping) await this.#bell.wait(outageWaitMs(this.#failures, random()));
      }
    }
  }

  /** Lets it look at the log now instead of at its next look. To be called when something may have happened. */
  wake(): void {
    this.#session?.wake();
  }

  statistics(): DurableSubscriberStatistics {
    const isActive = this.#session !== null;
    return { name: this.#settings.name, isActive, lagEvents: this.#reader?.unread ?? 0, ...this.#tally.figures() };
  }

  /**
   * Reads nothing more, waits until the handlers have taken what was read, and leaves the subscriber to other processes.
   * @param options.graceMs how long that may take, in milliseconds; then handlers are told to stop, and what they have not taken is
   *   delivered again by whoever runs the subscriber next. Default: 5,000
   */
  async stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#isStopping = true;
    this.#bell.ring();
    this.#session?.drain();
    const cut = systemClock.after(options.graceMs ?? GRACE_MS, () => this.#session?.stop());
    await this.#running;
    cut();
  }

  async #take(): Promise<{ readonly row: Taken; readonly askedAtMs: number } | null> {
    const { database, name, filter, leaseMs } = this.#settings;
    const askedAtMs = elapsedOf(systemClock);
    await dropAbandonedReplays(database);
    const [row] = await database.run(takeSubscriber, [name, this.#owner, leaseMs, describeFilter(filter)]);
    return row === undefined ? null : { row, askedAtMs };
  }

  async #exists(): Promise<boolean> {
    const { database, name } = this.#settings;
    return (await database.run(findSubscriber, [name])).length > 0;
  }

  /** Gives whether it has come to its end. */
  async #runSession(taken: Taken, askedAtMs: number): Promise<boolean> {
    const { database, name, filter, mask, leaseMs, reading, log } = this.#settings;
    const seat = new Seat(name, taken.subscriber_id, taken.epoch);
    const bounds = { since: taken.since_at, after: taken.after_event, until: taken.until_at };
    const end = taken.end_at === null ? null : decodePositions(taken.end_at);
    const reader = new LogReader(
      database,
      decodeCursor(taken.cursor),
      selectEvents(filter, bounds, mask),
      reading,
      end,
    );
    const session = new DeliverySession(this.#settings, seat, reader, end, this.#tally);
    const lease = new Lease(database, seat, leaseMs, askedAtMs, {
      onRenewed: () => {
        session.lookForRetries();
        void dropAbandonedReplays(database).catch(() => undefined);
      },
      onLost: (error) => session.stop(error),
    });
    log.info({ subscriber: name }, "delivering events");
    this.#session = session;
    this.#reader = reader;
    if (this.#isStopping) session.drain();
    try {
      return await session.run();
    } finally {
      this.#session = null;
      this.#reader = null;
      if (seat.hasAdvanced) this.#failures = 0;
      lease.end();
      await database.run(releaseSubscriber, [seat.subscriberId, seat.epoch]).catch(() => undefined);
    }
  }
}
