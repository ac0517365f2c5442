import type { Connection } from "../../database/database.ts";
import { countUnread, type LogCursor } from "../cursor/log-cursor.ts";
import { LOG_SOURCES, type PerSource, perSource } from "../cursor/log-source.ts";
import { Settlement } from "../cursor/settlement.ts";
import type { EventSelection } from "./event-selection.ts";
import { cursorWithin, type LogWindow, type ToldRow } from "./log-window.ts";
import { NameBook } from "./name-book.ts";
import { orderRows } from "./order-rows.ts";
import { lookAtLog, readFirstLeft, readRows } from "./read-rows.ts";
import { advanceCursor, cutReading, holdBack, nextLimits, type ReadingLimits } from "./reading.ts";
import { eventsOf } from "./row-events.ts";

/**
 * Reads the log from a cursor on, window by window. What a transaction has committed is read as soon as a look finds it, whoever
 * else is still writing; what others commit later, with lower ids, is read then. A window holds nothing of a task before what
 * came earlier in that task.
 */
export class LogReader {
  readonly #connection: Connection;
  readonly #usual: ReadingLimits;
  readonly #selection: EventSelection;
  readonly #names = new NameBook();
  readonly #settlement: Settlement;
  readonly #end: PerSource<number>;
  #cursor: LogCursor;
  #upto: PerSource<number>;
  #limits: ReadingLimits;

  /** @param end positions after which nothing is read; null: everything is */
  constructor(
    connection: Connection,
    cursor: LogCursor,
    selection: EventSelection,
    limits: ReadingLimits,
    end: PerSource<number> | null,
  ) {
    this.#connection = connection;
    this.#usual = limits;
    this.#limits = limits;
    this.#selection = selection;
    this.#cursor = cursor;
    this.#upto = perSource((source) => cursor[source].high);
    this.#end = end ?? perSource(() => Number.MAX_SAFE_INTEGER);
    this.#settlement = new Settlement(perSource((source) => cursor[source].settled));
  }

  /** How far it has read. */
  get cursor(): LogCursor {
    return this.#cursor;
  }

  /** Rows that it has still to read, as far as it knew at its last look: at most so many. */
  get unread(): number {
    return countUnread(this.#cursor, this.#upto);
  }

  /** Reads the next window; null if there is nothing new. */
  async next(): Promise<LogWindow | null> {
    const look = await lookAtLog(this.#connection);
    this.#upto = this.#upToEnd(look.upto);
    const settled = this.#upToEnd(this.#settlement.observe(look));
    if (!hasUnread(this.#cursor, this.#upto)) return null;
    const reading = await readRows(this.#connection, this.#cursor, this.#limits, this.#end);
    const cut = cutReading(this.#cursor, reading);
    const held = holdBack(cut, await readFirstLeft(this.#connection, cut));
    const before = this.#cursor;
    this.#cursor = advanceCursor(before, cut, held, settled);
    const waits = new Set(held);
    const rows = orderRows(cut.rows.filter((row) => !waits.has(row)));
    this.#limits = nextLimits(this.#limits, this.#usual, rows.length === 0 && cut.cutShort.size > 0);
    if (rows.length === 0 && cut.cutShort.size === 0 && isSame(before, this.#cursor)) return null;
    await this.#names.learn(this.#connection, rows);
    const { wants, takes, mask } = this.#selection;
    const told = rows.map((row): ToldRow => {
      const events = eventsOf(row, this.#names, wants);
      return {
        row,
        events: (mask === null ? events : events.map(mask)).filter((event) => takes(event, row.writtenAt)),
      };
    });
    const cursor = this.#cursor;
    return {
      events: told.flatMap(({ events }) => events),
      cursor,
      cursorAfter: (delivered) => cursorWithin(cursor, told, delivered),
      rows: rows.length,
      more: cut.cutShort.size > 0,
    };
  }

  #upToEnd(positions: PerSource<number>): PerSource<number> {
    return perSource((source) => Math.min(positions[source], this.#end[source]));
  }
}

function hasUnread(cursor: LogCursor, upto: PerSource<number>): boolean {
  return LOG_SOURCES.some((source) => upto[source] > cursor[source].high || cursor[source].missing.length > 0);
}

/** Whether two cursors tell the same: what was settled meanwhile is not worth writing. */
function isSame(a: LogCursor, b: LogCursor): boolean {
  return LOG_SOURCES.every(
    (source) =>
      a[source].high === b[source].high &&
      a[source].missing.length === b[source].missing.length &&
      a[source].missing.every(({ from, to }, place) => {
        const other = b[source].missing[place];
        return other !== undefined && other.from === from && other.to === to;
      }),
  );
}
