import { rangesWith } from "../event-log/cursor/id-ranges.ts";
import type { LogCursor } from "../event-log/cursor/log-cursor.ts";
import { LOG_SOURCES, type LogSource, perSource } from "../event-log/cursor/log-source.ts";
import type { LogRow } from "../event-log/reading/log-row.ts";
import type { NameBook } from "../event-log/reading/name-book.ts";
import { eventsOf } from "../event-log/reading/row-events.ts";
import type { Mask } from "../events/bus/mask.ts";
import type { LiveEvent } from "./live-message.ts";
import { encodeTable, joinPosition } from "./live-position.ts";

const EVERY_NAME = () => true;

/** Rows that are told one after the other. */
export interface ToldWindow {
  readonly rows: readonly LogRow[];
  /** How far its clients have been told when all of it is. */
  readonly cursor: LogCursor;
  readonly atMs: number;
}

/** The events of a window with their positions. Each is made when it is asked for, once for all who are told it. */
export class WindowEvents {
  readonly #window: ToldWindow;
  readonly #names: NameBook;
  readonly #mask: Mask | null;
  readonly #made: (readonly LiveEvent[] | undefined)[] = [];
  #tables: readonly (readonly string[])[] | null = null;

  constructor(window: ToldWindow, names: NameBook, mask: Mask | null) {
    this.#window = window;
    this.#names = names;
    this.#mask = mask;
  }

  get rows(): readonly LogRow[] {
    return this.#window.rows;
  }

  /** The events of a row. @param place of the row in the window, from 0 */
  of(place: number): readonly LiveEvent[] {
    const made = this.#made[place] ?? this.#make(place);
    this.#made[place] = made;
    return made;
  }

  #make(place: number): readonly LiveEvent[] {
    const row = this.#window.rows[place];
    if (row === undefined) return [];
    const events = eventsOf(row, this.#names, EVERY_NAME);
    return events.map((event, number) => {
      const isLast = number === events.length - 1;
      return {
        position: this.#positionOf(place, row, isLast ? null : number + 1),
        event: this.#mask?.(event) ?? event,
      };
    });
  }

  #positionOf(place: number, { source, id }: LogRow, told: number | null): string {
    this.#tables ??= tablesAfter(this.#window);
    // Before its last event, a row still counts as one that was not told of.
    const tables = this.#tables[told === null ? place + 1 : place] ?? [];
    return joinPosition(tables, this.#window.atMs, told === null ? null : { source, id, told });
  }
}

/** How far each table was told before the first row of a window, and after each of them. */
function tablesAfter({ rows, cursor }: ToldWindow): readonly (readonly string[])[] {
  const missing = new Map(LOG_SOURCES.map((source) => [source, cursor[source].missing]));
  const encode = (source: LogSource) => encodeTable({ ...cursor[source], missing: missing.get(source) ?? [] });
  const texts: Record<LogSource, string> = { ...perSource(encode) };
  const tables = [LOG_SOURCES.map((source) => texts[source])];
  for (const { source, id } of rows.toReversed()) {
    missing.set(source, rangesWith(missing.get(source) ?? [], [id]));
    texts[source] = encode(source);
    tables.push(LOG_SOURCES.map((each) => texts[each]));
  }
  return tables.reverse();
}
