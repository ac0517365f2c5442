import { systemClock } from "../clock/clock.ts";
import type { Database } from "../database/database.ts";
import { cursorAt, type LogCursor } from "../event-log/cursor/log-cursor.ts";
import { type PerSource, perSource } from "../event-log/cursor/log-source.ts";
import { Bell } from "../event-log/delivery/bell.ts";
import type { NameBook } from "../event-log/reading/name-book.ts";
import { lookAtLog } from "../event-log/reading/read-rows.ts";
import type { ReadingLimits } from "../event-log/reading/reading.ts";
import { type RowInterest, RowReader, type RowWindow } from "../event-log/reading/row-reader.ts";
import { outageWaitMs } from "../retry/outage-wait.ts";

/** How much is read at once. */
export const LIVE_LIMITS: ReadingLimits = { rows: 1_000, bytes: 4_000_000 };

/** Latest ids of each table among which those are looked for that open transactions have taken when reading begins. */
const RECENT_IDS = 1_000;

/**
 * Where telling takes long, because many clients are told something, it pauses for so many times as long, and not longer than that:
 * what comes meanwhile is told together, and the process is there for other things.
 */
const LONG_MS = 50;
const PAUSE_TIMES = 9;
const LONGEST_PAUSE_MS = 2_000;
/** How many times as much is read at once after such a pause. */
const PAUSED_TIMES = 5;

/** What a tail is made with. */
export interface LiveTailParts {
  readonly database: Database;
  readonly names: NameBook;
  /** Shortest and longest time between two looks, in milliseconds. */
  readonly lookMs: number;
  readonly pollMs: number;
  /**
   * Called with what was read, when the names for it are known. What it does at once counts for {@link LiveTail.cursor}; reading
   * goes on when its promise resolves.
   */
  readonly onWindow: (window: RowWindow) => Promise<void>;
  /** Which rows are told; asked before each look. */
  readonly interest: () => RowInterest;
  /** Told when reading begins to fail. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Reads the log as it grows: the one reader of a process for all who are told of it. It looks every `lookMs` while it finds
 * something, then at growing intervals.
 */
export class LiveTail {
  readonly #parts: LiveTailParts;
  readonly #bell = new Bell();
  readonly #reader: RowReader;
  readonly #running: Promise<void>;
  #cursor: LogCursor;
  /** Those who wait for a look that begins after they asked, and those for the one under way. */
  #asking: (() => void)[] = [];
  #answering: (() => void)[] = [];
  /** What is done when the window of a look has been told. */
  #between: (() => void)[] = [];
  #isLooking = false;
  #isStopped = false;
  readonly #stopped = Promise.withResolvers<void>();

  private constructor(parts: LiveTailParts, reader: RowReader) {
    this.#parts = parts;
    this.#reader = reader;
    this.#cursor = reader.cursor;
    this.#running = this.#run();
  }

  /** Begins with what happens from now on. @throws DatabaseUnavailableError, DatabaseStatementError */
  static async open(parts: LiveTailParts): Promise<LiveTail> {
    return new LiveTail(parts, await openReader(parts.database));
  }

  /** Up to where everything has been told. */
  get cursor(): LogCursor {
    return this.#cursor;
  }

  /** The last ids that had been given out at the last look. */
  get upto(): PerSource<number> {
    return this.#reader.upto;
  }

  /** Lets it look soon. */
  wake(): void {
    this.#bell.ring();
  }

  /** Resolves when everything has been told that was committed before the call, or when it stops. */
  caughtUp(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#asking.push(resolve);
    this.#bell.ring();
    return promise;
  }

  /**
   * Does something while no look is under way: whoever is of interest from then on is told everything after {@link LiveTail.cursor} of
   * that moment.
   */
  between<Result>(work: () => Result): Promise<Result> {
    if (!this.#isLooking) return Promise.resolve(work());
    return new Promise((resolve) => this.#between.push(() => resolve(work())));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopped.resolve();
    this.#bell.ring();
    await this.#running;
    for (const call of [...this.#between.splice(0), ...this.#asking.splice(0), ...this.#answering.splice(0)]) call();
  }

  async #run(): Promise<void> {
    const { lookMs, pollMs, onFailure } = this.#parts;
    let waitMs = lookMs;
    let failures = 0;
    let unlearned: RowWindow | null = null;
    let times = 1;
    while (!this.#isStopped) {
      try {
        this.#answering.push(...this.#asking.splice(0));
        this.#isLooking = true;
        unlearned ??= await this.#reader.next(this.#parts.interest(), times);
        const window = unlearned;
        if (window !== null) await this.#parts.names.learn(this.#parts.database, window.rows);
        unlearned = null;
        failures = 0;
        waitMs = window === null ? Math.min(waitMs * 2, pollMs) : lookMs;
        const told = window === null ? null : this.#tell(window);
        this.#endLook();
        times = (await this.#pauseAfter(told)) ? PAUSED_TIMES : 1;
        if (window?.more === true) continue;
        for (const resolve of this.#answering.splice(0)) resolve();
      } catch (error) {
        failures += 1;
        if (unlearned === null) this.#endLook();
        if (failures === 1) onFailure(error);
        waitMs = outageWaitMs(failures, Math.random());
      }
      await new Promise<void>((resolve) => void systemClock.after(lookMs, resolve));
      await this.#bell.wait(waitMs - lookMs);
    }
  }

  /** Waits until a window has been told, and some time more if that took long. @returns whether it did */
  async #pauseAfter(told: Promise<void> | null): Promise<boolean> {
    if (told === null) return false;
    const startedAt = performance.now();
    await told;
    const tookMs = performance.now() - startedAt;
    if (tookMs < LONG_MS) return false;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, tookMs * PAUSE_TIMES);
    const paused = new Promise<void>((resolve) => void systemClock.after(pauseMs, resolve));
    await Promise.race([paused, this.#stopped.promise]);
    return true;
  }

  #tell(window: RowWindow): Promise<void> {
    const told = this.#parts.onWindow(window);
    this.#cursor = window.cursor;
    return told;
  }

  #endLook(): void {
    this.#isLooking = false;
    for (const work of this.#between.splice(0)) work();
  }
}

/** A reader of what happens from now on, also of what transactions that are open now have written already. */
async function openReader(database: Database): Promise<RowReader> {
  const { upto, writers } = await lookAtLog(database);
  if (writers.size === 0) return new RowReader(database, cursorAt(upto), LIVE_LIMITS);
  const recent = perSource((source) => Math.max(0, upto[source] - RECENT_IDS));
  const reader = new RowReader(database, cursorAt(recent), LIVE_LIMITS);
  while ((await reader.next())?.more === true);
  return reader;
}
