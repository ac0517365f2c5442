import { setImmediate as nextTurn } from "node:timers/promises";
import { type CancelTimer, systemClock } from "../clock/clock.ts";
import type { LogCursor } from "../event-log/cursor/log-cursor.ts";
import { LOG_SOURCES } from "../event-log/cursor/log-source.ts";
import { NameBook } from "../event-log/reading/name-book.ts";
import type { RowInterest, RowWindow } from "../event-log/reading/row-reader.ts";
import { catchUp } from "./catch-up.ts";
import { type FeedGroup, FeedIndex } from "./feed-index.ts";
import { LiveFeed } from "./live-feed.ts";
import { type CompiledFilter, compileFilter, type LiveFilter } from "./live-filter.ts";
import type { EndReason, LiveEvent, LiveMessage, ResetReason } from "./live-message.ts";
import { type LiveEventsOptions, type LiveSettings, liveSettings } from "./live-options.ts";
import { decodePosition, encodePosition, type LivePosition } from "./live-position.ts";
import { LiveTail } from "./live-tail.ts";
import { StretchReader } from "./stretch-reader.ts";
import { TaskNamespaces } from "./task-namespaces.ts";
import { WindowEvents } from "./window-events.ts";

/** Feeds that are told something before the process does something else. */
const FEEDS_IN_A_TURN = 250;

/** Events of this process that let the log be looked at. */
const WAKING = ["task.*", "step.completed", "step.failed"];

/** What a client asks for. */
export interface LiveRequest {
  readonly filter: LiveFilter;
  /** The position of a message that the client has got: what comes after it is told. Default: what happens from now on. */
  readonly after?: string | null | undefined;
  /** Ends the feed. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the last message of the feed was told, which need not have been taken; not if its client ended it. */
  readonly onEnd?: (() => void) | undefined;
}

/** How live events fare in this process. */
export interface LiveStatistics {
  /** Clients that are told, and different filters of theirs. */
  readonly feeds: number;
  readonly filters: number;
  /** Clients that were closed because they took too long. */
  readonly lagging: number;
  /** Clients that had to read anew what they show. */
  readonly resets: number;
}

/**
 * Tells clients what happens in the whole database, whichever process does it, the events of a task in order: from now on, or
 * from where a client was, nothing twice and nothing left out. While there are clients, one reader reads the log for all of them;
 * without any, nothing is read.
 */
export class LiveEvents {
  readonly #settings: LiveSettings;
  readonly #names = new NameBook();
  readonly #namespaces: TaskNamespaces;
  readonly #stretches: StretchReader;
  readonly #index = new FeedIndex();
  readonly #feeds = new Map<LiveFeed, CompiledFilter>();
  #tail: Promise<LiveTail> | null = null;
  #stopTail: () => Promise<void> = async () => {};
  #isTelling = false;
  #isStopped = false;
  #lagging = 0;
  #resets = 0;
  #cancelBeat: CancelTimer = () => {};

  constructor(options: LiveEventsOptions) {
    this.#settings = liveSettings(options);
    const { database, mask } = this.#settings;
    this.#namespaces = new TaskNamespaces(database);
    this.#stretches = new StretchReader(database, this.#names, mask);
  }

  /**
   * Opens a feed. Whoever takes its messages has to take them to the end, or end it by `return` or by the signal.
   * @throws InvalidRequestError for a filter that cannot be
   * @throws DatabaseUnavailableError, DatabaseStatementError
   */
  async open({ filter, after = null, signal, onEnd }: LiveRequest): Promise<LiveFeed> {
    const compiled = compileFilter(filter);
    const feed = new LiveFeed({
      most: this.#settings.buffer,
      onEnd: (ended, reason) => {
        this.#forget(ended, reason);
        if (reason !== null) onEnd?.();
      },
    });
    this.#feeds.set(feed, compiled);
    try {
      if (this.#isStopped) feed.end("stopping");
      else await this.#begin(feed, compiled, await this.#openTail(), after);
    } catch (error) {
      void feed.return();
      throw error;
    }
    if (signal?.aborted === true) void feed.return();
    else signal?.addEventListener("abort", () => void feed.return(), { once: true });
    return feed;
  }

  /** Lets the log be looked at now instead of at the next look. */
  wake(): void {
    void this.#tail?.then((tail) => tail.wake()).catch(() => undefined);
  }

  statistics(): LiveStatistics {
    return { feeds: this.#feeds.size, filters: this.#index.size, lagging: this.#lagging, resets: this.#resets };
  }

  /** Ends all feeds, telling their clients that this process stops, and every one that is opened later. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const feed of this.#feeds.keys()) feed.end("stopping");
    await this.#stopTail();
  }

  async #begin(feed: LiveFeed, filter: CompiledFilter, tail: LiveTail, after: string | null): Promise<void> {
    if (after === null) await this.#join(feed, tail, null);
    else void this.#resume(feed, tail, filter, after);
  }

  async #resume(feed: LiveFeed, tail: LiveTail, filter: CompiledFilter, after: string): Promise<void> {
    const { clock, resumeMs, resumeRows, onFailure } = this.#settings;
    const position = decodePosition(after);
    if (position === null) return this.#join(feed, tail, "malformed");
    if (clock.now() - position.atMs > resumeMs) return this.#join(feed, tail, "expired");
    try {
      // What was told elsewhere was committed before, so that it has been told here, too, from then on.
      await tail.caughtUp();
      if (isBeyond(position, tail)) return this.#join(feed, tail, "unknown");
      void feed.tellEarlier({ kind: "ready", position: after });
      const parts = {
        reader: this.#stretches,
        cursor: () => tail.cursor,
        join: () => tail.between(() => this.#add(feed, tail)),
        most: resumeRows,
      };
      if (!(await catchUp(parts, feed, filter, position))) await this.#join(feed, tail, "far");
    } catch (error) {
      onFailure(error);
      feed.end("failed");
    }
  }

  /** Has a feed told what happens from now on. @param reason why it does not go on where it was; null: it was nowhere */
  #join(feed: LiveFeed, tail: LiveTail, reason: ResetReason | null): Promise<void> {
    return tail.between(() => {
      this.#add(feed, tail);
      if (reason !== null) this.#resets += 1;
      const position = this.#positionOf(tail);
      void feed.tellEarlier(reason === null ? { kind: "ready", position } : { kind: "reset", reason, position });
      feed.goLive();
    });
  }

  /** Has a feed told what happens after the cursor that it gives, unless it has ended. */
  #add(feed: LiveFeed, tail: LiveTail): LogCursor {
    const filter = this.#feeds.get(feed);
    if (filter !== undefined) this.#index.add(filter, feed);
    return tail.cursor;
  }

  #positionOf({ cursor }: LiveTail): string {
    return encodePosition({ cursor, atMs: this.#settings.clock.now(), begun: null });
  }

  #forget(feed: LiveFeed, reason: EndReason | null): void {
    const filter = this.#feeds.get(feed);
    if (filter === undefined) return;
    if (reason === "lagging") this.#lagging += 1;
    this.#feeds.delete(feed);
    this.#index.remove(filter, feed);
    this.#rest();
  }

  /** Reads the log no more when nobody is told. */
  #rest(): void {
    if (this.#feeds.size === 0) void this.#stopTail();
  }

  #openTail(): Promise<LiveTail> {
    if (this.#tail !== null) return this.#tail;
    const { database, events, lookMs, pollMs, onFailure } = this.#settings;
    const opened = LiveTail.open({
      database,
      names: this.#names,
      lookMs,
      pollMs,
      onFailure,
      interest: () => this.#interest(),
      onWindow: (window) => this.#tell(window),
    });
    this.#tail = opened;
    const unsubscribe = events?.subscribe(WAKING, () => this.wake(), { name: "live events" });
    this.#stopTail = async () => {
      this.#tail = null;
      this.#stopTail = async () => {};
      this.#cancelBeat();
      unsubscribe?.();
      await opened.then((tail) => tail.stop()).catch(() => undefined);
    };
    opened.catch(() => (this.#tail === opened ? this.#stopTail() : undefined));
    this.#beatLater(opened);
    return opened;
  }

  /** Which rows of the next window somebody may be told of. */
  #interest(): RowInterest {
    const interest = this.#index.interest;
    if (interest === null) return null;
    return async (rows) => {
      if (interest.asksNamespaces) await this.#namespaces.learn(rows.map(({ taskId }) => taskId));
      return new Set(rows.filter((row) => interest.takes(row, this.#namespaces.of(row.taskId))));
    };
  }

  /** Tells a window. Who is told what is decided before it first waits for anything. */
  #tell({ rows, cursor }: RowWindow): Promise<void> {
    const { mask, clock } = this.#settings;
    const window = new WindowEvents({ rows, cursor, atMs: clock.now() }, this.#names, mask);
    const told = new Map<FeedGroup, LiveEvent[]>();
    for (const [place, row] of rows.entries()) {
      const candidates = this.#index.candidates(row.taskId, this.#names.taskOf(row)?.namespace ?? null);
      for (const live of candidates.length === 0 ? [] : window.of(place)) {
        for (const group of candidates) {
          if (!group.filter.takes(live.event)) continue;
          const events = told.get(group);
          if (events === undefined) told.set(group, [live]);
          else events.push(live);
        }
      }
    }
    return this.#deliver(
      [...told].map(([{ feeds }, events]) => ({ message: { kind: "events", events }, feeds: [...feeds] })),
    );
  }

  async #deliver(deliveries: readonly Delivery[]): Promise<void> {
    this.#isTelling = true;
    let count = 0;
    for (const { message, feeds } of deliveries) {
      for (const feed of feeds) {
        count += 1;
        if (count % FEEDS_IN_A_TURN === 0) await nextTurn();
        feed.tell(message);
      }
    }
    // What was told is written by then, which counts for how long telling takes.
    if (count > 0) await nextTurn();
    this.#isTelling = false;
  }

  #beatLater(opened: Promise<LiveTail>): void {
    this.#cancelBeat = systemClock.after(this.#settings.beatMs, () => {
      void this.#beat(opened).then(() => this.#tail === opened && this.#beatLater(opened));
    });
  }

  async #beat(opened: Promise<LiveTail>): Promise<void> {
    const tail = await opened.catch(() => null);
    if (tail === null) return;
    let cursor: LogCursor | null = null;
    let message: Beat = { kind: "beat", position: null };
    for (const [place, feed] of [...this.#feeds.keys()].entries()) {
      if (place > 0 && place % FEEDS_IN_A_TURN === 0) await nextTurn();
      // While a window is being told, some have been told of it and others have not.
      const now = this.#isTelling ? null : tail.cursor;
      if (now !== cursor) message = { kind: "beat", position: now === null ? null : this.#positionOf(tail) };
      cursor = now;
      feed.beat(message);
    }
  }
}

/** What feeds are told at the same time. */
interface Delivery {
  readonly message: LiveMessage;
  readonly feeds: readonly LiveFeed[];
}

type Beat = LiveMessage & { readonly kind: "beat" };

/** Whether a position lies where this log has not been yet. */
function isBeyond({ cursor }: LivePosition, { upto }: LiveTail): boolean {
  return LOG_SOURCES.some((source) => cursor[source].high > upto[source]);
}
