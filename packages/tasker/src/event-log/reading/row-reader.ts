import type { Connection } from "../../database/database.ts";
import type { IdRange } from "../cursor/id-ranges.ts";
import { countUnread, type LogCursor } from "../cursor/log-cursor.ts";
import { LOG_SOURCES, type PerSource, perSource } from "../cursor/log-source.ts";
import { Settlement } from "../cursor/settlement.ts";
import type { LogRow } from "./log-row.ts";
import { orderRows } from "./order-rows.ts";
import { lookAtLog, readFirstLeft, readRows, readRowsOf, scanRows } from "./read-rows.ts";
import { advanceCursor, type Cut, cutReading, holdBack, nextLimits, type ReadingLimits } from "./reading.ts";

/** Rows that are told next, and the cursor when that is done. */
export interface RowWindow {
  /** Those of a task in the order in which they happened. */
  readonly rows: readonly LogRow[];
  readonly cursor: LogCursor;
  /** Whether there is more to read at once. */
  readonly more: boolean;
}

/** A window as it was read. */
interface ReadWindow extends RowWindow {
  /** Whether all rows had to wait for others that were not reached: more has to be read at once. */
  readonly isStuck: boolean;
}

/** What of the log a window is read from. */
export interface WindowBounds {
  /** Positions after which nothing is read. */
  readonly end: PerSource<number>;
  /** Up to where no row can appear any more. */
  readonly settled: PerSource<number>;
  /** Ids that are not read. Default: none. */
  readonly except?: PerSource<readonly IdRange[]>;
}

/** Chooses the rows that are told among those that there are; what others tell is not read. Null: all are told. */
export type RowInterest = ((rows: readonly ScannedRow[]) => Promise<ReadonlySet<ScannedRow>>) | null;

/** A row of which it is known that it is there. */
export type ScannedRow = Pick<LogRow, "source" | "id" | "taskId">;

/** Reads the next rows of the log, nothing of a task before what came earlier in that task. */
export async function readWindow(
  connection: Connection,
  cursor: LogCursor,
  limits: ReadingLimits,
  { end, settled, except }: WindowBounds,
): Promise<ReadWindow> {
  const reading = await readRows(connection, cursor, limits, end, except);
  const cut = cutReading(cursor, reading);
  const held = holdBack(cut, await readFirstLeft(connection, cut));
  const waits = new Set(held);
  const rows = orderRows(cut.rows.filter((row) => !waits.has(row)));
  return { rows, cursor: advanceCursor(cursor, cut, held, settled), ...outlook(cut, held) };
}

function outlook(cut: Cut, held: readonly LogRow[]): Pick<ReadWindow, "more" | "isStuck"> {
  const more = cut.cutShort.size > 0;
  return { more, isStuck: more && held.length === cut.rows.length };
}

/** How many times as many rows are looked at at once where what they tell is not read. */
const SCAN_FACTOR = 10;

/** As {@link readWindow}, where few rows are of interest: what the others tell is not read. */
async function scanWindow(
  connection: Connection,
  cursor: LogCursor,
  limits: ReadingLimits,
  { end, settled }: WindowBounds,
  interest: NonNullable<RowInterest>,
): Promise<ReadWindow> {
  const cut = cutReading(cursor, await scanRows(connection, cursor, limits.rows * SCAN_FACTOR, end));
  const held = holdBack(cut, await readFirstLeft(connection, cut));
  const waits = new Set(held);
  const chosen = await interest(cut.rows);
  const wanted = cut.rows.filter((row) => chosen.has(row) && !waits.has(row));
  const ids = Map.groupBy(wanted, ({ source }) => source);
  const found = perSource((source) => (ids.get(source) ?? []).map(({ id }) => id));
  const rows = wanted.length === 0 ? [] : orderRows(await readRowsOf(connection, found, limits));
  return { rows, cursor: advanceCursor(cursor, cut, held, settled), ...outlook(cut, held) };
}

/**
 * Reads the log from a cursor on, window by window. What a transaction has committed is read as soon as a look finds it, whoever
 * else is still writing; what others commit later, with lower ids, is read then.
 */
export class RowReader {
  readonly #connection: Connection;
  readonly #usual: ReadingLimits;
  readonly #settlement: Settlement;
  readonly #end: PerSource<number>;
  #cursor: LogCursor;
  #upto: PerSource<number>;
  #limits: ReadingLimits;

  /** @param end positions after which nothing is read; null: everything is */
  constructor(connection: Connection, cursor: LogCursor, limits: ReadingLimits, end: PerSource<number> | null = null) {
    this.#connection = connection;
    this.#usual = limits;
    this.#limits = limits;
    this.#cursor = cursor;
    this.#upto = perSource((source) => cursor[source].high);
    this.#end = end ?? perSource(() => Number.MAX_SAFE_INTEGER);
    this.#settlement = new Settlement(perSource((source) => cursor[source].settled));
  }

  /** How far it has read. */
  get cursor(): LogCursor {
    return this.#cursor;
  }

  /** The last ids that had been given out at its last look, as far as it reads. */
  get upto(): PerSource<number> {
    return this.#upto;
  }

  /** Rows that it has still to read, as far as it knew at its last look: at most so many. */
  get unread(): number {
    return countUnread(this.#cursor, this.#upto);
  }

  /**
   * Reads the next window; null if there is nothing new.
   * @param interest in which rows. Default: in all
   * @param times how many times as much as usual is read at once
   */
  async next(interest: RowInterest = null, times = 1): Promise<RowWindow | null> {
    const look = await lookAtLog(this.#connection);
    this.#upto = this.#upToEnd(look.upto);
    const settled = this.#upToEnd(this.#settlement.observe(look));
    if (!hasUnread(this.#cursor, this.#upto)) return null;
    const before = this.#cursor;
    const bounds = { end: this.#end, settled };
    const limits = { rows: this.#limits.rows * times, bytes: this.#limits.bytes * times };
    const window =
      interest === null
        ? await readWindow(this.#connection, before, limits, bounds)
        : await scanWindow(this.#connection, before, limits, bounds, interest);
    const { rows, cursor, more, isStuck } = window;
    this.#cursor = cursor;
    this.#limits = nextLimits(this.#limits, this.#usual, isStuck);
    return rows.length === 0 && !more && isSame(before, cursor) ? null : window;
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
