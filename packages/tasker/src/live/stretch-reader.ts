import type { Connection } from "../database/database.ts";
import { type IdRange, rangesOutside, rangesUpTo } from "../event-log/cursor/id-ranges.ts";
import type { LogCursor } from "../event-log/cursor/log-cursor.ts";
import { type PerSource, perSource } from "../event-log/cursor/log-source.ts";
import { Turns } from "../event-log/delivery/turns.ts";
import type { NameBook } from "../event-log/reading/name-book.ts";
import { nextLimits, unreadRanges } from "../event-log/reading/reading.ts";
import { readWindow } from "../event-log/reading/row-reader.ts";
import type { Mask } from "../events/bus/mask.ts";
import { encodePosition } from "./live-position.ts";
import { LIVE_LIMITS } from "./live-tail.ts";
import { WindowEvents } from "./window-events.ts";

/** What lies between two cursors, as far as nobody writes to it any more. */
export interface Stretch {
  readonly from: LogCursor;
  readonly to: LogCursor;
}

/** What was read of a stretch, and the rest of it. */
export interface StretchPart {
  readonly events: WindowEvents;
  readonly rest: Stretch;
}

/** Most parts that are kept for others. */
const MOST_SHARED = 32;

/** Ids that a stretch has still. */
export function idsOf({ from, to }: Stretch): PerSource<readonly IdRange[]> {
  return perSource((source) => rangesOutside(unreadRanges(from[source], to[source].high), to[source].missing));
}

/** Reads what clients have missed: one part at a time for all of them, and once for those who have missed the same. */
export class StretchReader {
  readonly #connection: Connection;
  readonly #names: NameBook;
  readonly #mask: Mask | null;
  readonly #turns = new Turns();
  /** Parts of stretches to one cursor, the latest that was asked for. */
  readonly #shared = new Map<string, Promise<StretchPart>>();
  #sharedTo: LogCursor | null = null;

  constructor(connection: Connection, names: NameBook, mask: Mask | null) {
    this.#connection = connection;
    this.#names = names;
    this.#mask = mask;
  }

  /** Reads the next part of a stretch that has still ids. @param atMs when the client had been told what is before the stretch */
  read(stretch: Stretch, atMs: number): Promise<StretchPart> {
    if (this.#sharedTo !== stretch.to) {
      this.#sharedTo = stretch.to;
      this.#shared.clear();
    }
    const key = encodePosition({ cursor: stretch.from, atMs, begun: null });
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const part = this.#turns.take(() => this.#read(stretch, atMs));
    if (this.#shared.size >= MOST_SHARED) this.#shared.clear();
    this.#shared.set(key, part);
    part.catch(() => this.#shared.get(key) === part && this.#shared.delete(key));
    return part;
  }

  async #read({ from, to }: Stretch, atMs: number): Promise<StretchPart> {
    const end = perSource((source) => to[source].high);
    const except = perSource((source) => to[source].missing);
    let limits = LIVE_LIMITS;
    let window = await readWindow(this.#connection, from, limits, { end, settled: end, except });
    while (window.isStuck) {
      limits = nextLimits(limits, LIVE_LIMITS, true);
      window = await readWindow(this.#connection, window.cursor, limits, { end, settled: end, except });
    }
    await this.#names.learn(this.#connection, window.rows);
    const cursor = perSource((source) => {
      const { high, missing } = window.cursor[source];
      const others = except[source];
      const unread = unreadRanges(from[source], high);
      // What is left out here is told live when it is there, if it was not told before.
      const open = rangesOutside(others, rangesOutside(others, unread));
      const left = [...rangesOutside(missing, others), ...rangesUpTo(open, high)];
      return { high, missing: left.sort((a, b) => a.from - b.from), settled: 0 };
    });
    const events = new WindowEvents({ rows: window.rows, cursor, atMs }, this.#names, this.#mask);
    return { events, rest: { from: cursor, to } };
  }
}
