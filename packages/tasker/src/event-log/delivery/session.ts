import { elapsedOf, systemClock } from "../../clock/clock.ts";
import { LOG_SOURCES, type PerSource } from "../cursor/log-source.ts";
import type { LogReader } from "../reading/log-reader.ts";
import type { LogWindow } from "../reading/log-window.ts";
import { BatchCourier } from "./batch-courier.ts";
import { Bell } from "./bell.ts";
import type { Courier } from "./courier.ts";
import { HeldEvents } from "./held-events.ts";
import { LineCourier } from "./line-courier.ts";
import { RetryDesk } from "./retry-desk.ts";
import type { Seat } from "./seat.ts";
import type { SessionParts } from "./session-parts.ts";
import type { SubscriberSettings } from "./settings.ts";
import { listHeld } from "./subscriber-statements.ts";
import type { DeliveryTally } from "./tally.ts";
import { TransactionCourier } from "./transaction-courier.ts";

/** Shortest wait between two looks at a log in which nothing new was found, in milliseconds. It doubles from look to look. */
const FIRST_WAIT_MS = 10;

/** Reads the log and delivers, from taking a subscriber until that is stopped, lost, or through. */
export class DeliverySession {
  readonly #settings: SubscriberSettings;
  readonly #reader: LogReader;
  readonly #end: PerSource<number> | null;
  readonly #held = new HeldEvents();
  readonly #bell = new Bell();
  readonly #stop = new AbortController();
  readonly #parts: SessionParts;
  readonly #courier: Courier;
  readonly #retries: RetryDesk;
  #isDraining = false;
  /** The last window, if nothing of it is wanted and its cursor is not written yet; and when such a one was. */
  #unwritten: LogWindow | null = null;
  #writtenAtMs = elapsedOf(systemClock);
  #error: unknown = null;

  /** @param end positions after which it is through; null: never */
  constructor(
    settings: SubscriberSettings,
    seat: Seat,
    reader: LogReader,
    end: PerSource<number> | null,
    tally: DeliveryTally,
  ) {
    this.#settings = settings;
    this.#reader = reader;
    this.#end = end;
    const parts: SessionParts = {
      settings,
      seat,
      held: this.#held,
      tally,
      stop: this.#stop.signal,
      fail: (error) => this.stop(error),
      wake: () => this.#bell.ring(),
      lookForRetries: () => this.lookForRetries(),
    };
    this.#parts = parts;
    this.#courier = courierFor(parts);
    this.#retries = new RetryDesk(parts, this.#courier);
  }

  /** Lets it look at the log now. */
  wake(): void {
    this.#bell.ring();
  }

  /** Lets it look for deliveries that are due. */
  lookForRetries(): void {
    this.#retries.look();
  }

  /** Ends it when what has been read is delivered. */
  drain(): void {
    this.#isDraining = true;
    this.#retries.stop();
    this.#bell.ring();
  }

  /** Ends it at once, because of an error if there is one. */
  stop(error: unknown = null): void {
    this.#error ??= error;
    this.#stop.abort();
    this.#bell.ring();
  }

  /**
   * Runs until it is stopped; gives whether it has come to its end. When it resolves or rejects, no handler runs any more.
   * @throws what it cannot go on after
   */
  async run(): Promise<boolean> {
    let isThrough = false;
    try {
      await this.#loadHeld();
      isThrough = await this.#deliverAll();
      while (this.#courier.inFlight > 0 && !this.#stop.signal.aborted) await this.#bell.wait(this.#settings.pollMs);
    } catch (error) {
      this.stop(error);
    }
    this.#stop.abort();
    await this.#courier.close();
    if (this.#error !== null) throw this.#error;
    return isThrough;
  }

  async #loadHeld(): Promise<void> {
    const { settings, seat } = this.#parts;
    const rows = await settings.database.run(listHeld, [seat.subscriberId]);
    for (const { task_id: taskId, delivery_id: id } of rows) this.#held.find(taskId, id);
    this.#retries.look();
  }

  async #deliverAll(): Promise<boolean> {
    let waitMs = FIRST_WAIT_MS;
    while (!this.#isEnding()) {
      const isFull = this.#held.total >= this.#settings.holdBack;
      const window = isFull ? null : await this.#reader.next();
      if (this.#isEnding()) break;
      if (window !== null) {
        if (window.events.length > 0) await this.#deliver(window);
        else this.#unwritten = window;
        waitMs = FIRST_WAIT_MS;
      }
      if (elapsedOf(systemClock) - this.#writtenAtMs >= this.#settings.pollMs) await this.#writeUnwritten();
      if (window !== null && (window.more || window.events.length > 0)) continue;
      if (this.#isThrough()) {
        await this.#writeUnwritten();
        return true;
      }
      await this.#bell.wait(waitMs);
      waitMs = Math.min(waitMs * 2, this.#settings.pollMs);
    }
    if (!this.#stop.signal.aborted) await this.#writeUnwritten();
    return false;
  }

  async #deliver(window: LogWindow): Promise<void> {
    this.#unwritten = null;
    await this.#courier.deliver(window);
  }

  /** Moves the cursor on over what nobody wants: now and then, as that makes a version of its row each time. */
  async #writeUnwritten(): Promise<void> {
    this.#writtenAtMs = elapsedOf(systemClock);
    if (this.#unwritten !== null) await this.#deliver(this.#unwritten);
  }

  #isEnding(): boolean {
    return this.#isDraining || this.#stop.signal.aborted;
  }

  #isThrough(): boolean {
    const end = this.#end;
    if (end === null || this.#courier.inFlight > 0 || this.#held.total > 0) return false;
    const { cursor } = this.#reader;
    return LOG_SOURCES.every((source) => {
      const first = cursor[source].missing[0]?.from ?? cursor[source].high + 1;
      return first > end[source];
    });
  }
}

function courierFor(parts: SessionParts): Courier {
  if (parts.settings.transactional) return new TransactionCourier(parts);
  return parts.settings.handler.kind === "batch" ? new BatchCourier(parts) : new LineCourier(parts);
}
