import type { Connection } from "../../database/database.ts";
import type { LogCursor } from "../cursor/log-cursor.ts";
import type { PerSource } from "../cursor/log-source.ts";
import type { EventSelection } from "./event-selection.ts";
import { cursorWithin, type LogWindow, type ToldRow } from "./log-window.ts";
import { NameBook } from "./name-book.ts";
import type { ReadingLimits } from "./reading.ts";
import { eventsOf } from "./row-events.ts";
import { RowReader } from "./row-reader.ts";

/** Reads the events of a selection from a cursor on, window by window, as {@link RowReader} reads rows. */
export class LogReader {
  readonly #connection: Connection;
  readonly #selection: EventSelection;
  readonly #names = new NameBook();
  readonly #rows: RowReader;

  /** @param end positions after which nothing is read; null: everything is */
  constructor(
    connection: Connection,
    cursor: LogCursor,
    selection: EventSelection,
    limits: ReadingLimits,
    end: PerSource<number> | null,
  ) {
    this.#connection = connection;
    this.#selection = selection;
    this.#rows = new RowReader(connection, cursor, limits, end);
  }

  /** How far it has read. */
  get cursor(): LogCursor {
    return this.#rows.cursor;
  }

  /** Rows that it has still to read, as far as it knew at its last look: at most so many. */
  get unread(): number {
    return this.#rows.unread;
  }

  /** Reads the next window; null if there is nothing new. */
  async next(): Promise<LogWindow | null> {
    const window = await this.#rows.next();
    if (window === null) return null;
    const { rows, cursor, more } = window;
    await this.#names.learn(this.#connection, rows);
    const { wants, takes, mask } = this.#selection;
    const told = rows.map((row): ToldRow => {
      const events = eventsOf(row, this.#names, wants);
      return {
        row,
        events: (mask === null ? events : events.map(mask)).filter((event) => takes(event, row.writtenAt)),
      };
    });
    return {
      events: told.flatMap(({ events }) => events),
      cursor,
      cursorAfter: (delivered) => cursorWithin(cursor, told, delivered),
      rows: rows.length,
      more,
    };
  }
}
