import { type IdRange, rangesAbove, rangesUpTo, rangesWith, rangesWithout } from "../cursor/id-ranges.ts";
import type { LogCursor, TableCursor } from "../cursor/log-cursor.ts";
import { LOG_SOURCES, type LogSource, type PerSource, perSource } from "../cursor/log-source.ts";
import type { LogRow } from "./log-row.ts";

/** What was read of one table under one snapshot. */
export interface TableReading {
  /** Ascending by id. */
  readonly rows: readonly LogRow[];
  /** Whether rows that can be seen were left, because there were too many. They come after the last row. */
  readonly more: boolean;
}

/** How much is read at once. */
export interface ReadingLimits {
  /** Rows of each table. */
  readonly rows: number;
  /** Bytes of each table after which no further row is read. */
  readonly bytes: number;
}

/**
 * How much is read next: twice as much after a window in which all rows had to wait for others that it did not reach, so
 * that those are reached some time.
 */
export function nextLimits(last: ReadingLimits, usual: ReadingLimits, isStuck: boolean): ReadingLimits {
  return isStuck ? { rows: last.rows * 2, bytes: last.bytes * 2 } : usual;
}

/** Rows that are visible under one snapshot: all that a cursor has not read, or the first of each table. */
export type Reading = PerSource<TableReading>;

/** Which rows of a reading are taken, and up to which id of each table that is. */
export interface Cut {
  readonly rows: readonly LogRow[];
  /** Above these ids nothing was taken. */
  readonly upto: PerSource<number>;
  /** Tables of which visible rows were left above that. */
  readonly cutShort: ReadonlySet<LogSource>;
}

/** The ids that a cursor has to read of a table. @param end what comes after it is not read */
export function unreadRanges({ high, missing }: TableCursor, end = Number.MAX_SAFE_INTEGER): readonly IdRange[] {
  return rangesUpTo([...missing, { from: high + 1, to: Number.MAX_SAFE_INTEGER }], end);
}

/**
 * Decides how much of a reading is taken. Where a table had more rows than were read, the others are taken to about the same
 * time: rows of one task that belong together are then taken together, nearly always. What that misses is put right by
 * {@link holdBack}.
 */
export function cutReading(cursor: LogCursor, reading: Reading): Cut {
  const latest = latestTime(cursor, reading);
  const cutShort = new Set<LogSource>();
  const rows: LogRow[] = [];
  const upto = perSource((source) => {
    const { high } = cursor[source];
    const { rows: read, more } = reading[source];
    const late = read.findIndex(({ id, writtenAt }) => id > high && writtenAt > latest);
    const taken = late === -1 ? read : read.slice(0, late);
    rows.push(...taken);
    if (late === -1 && !more) return Math.max(high, taken.at(-1)?.id ?? 0);
    cutShort.add(source);
    return late === -1 ? (taken.at(-1)?.id ?? high) : (read[late]?.id ?? high) - 1;
  });
  return { rows, upto, cutShort };
}

/** Up to which time a reading is complete. A table of which not even the old ids could be read says nothing about that. */
function latestTime(cursor: LogCursor, reading: Reading): number {
  const ends = LOG_SOURCES.flatMap((source) => {
    const last = reading[source].rows.at(-1);
    return reading[source].more && last !== undefined && last.id > cursor[source].high ? [last.writtenAt] : [];
  });
  return ends.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...ends);
}

/** The first of a task's visible rows that were left. */
export interface FirstLeft {
  readonly taskId: number;
  /** Least `seq` of them; null if no row of our writers was left. */
  readonly seq: number | null;
  /** Least time of them, milliseconds since the epoch. */
  readonly at: number;
  /** Least time of those without a `seq`; null if all have one. */
  readonly unnumberedAt: number | null;
}

/**
 * Those rows of a cut that must wait, because an earlier row of their task was left: they are read again with it.
 * @param left of the tasks of the cut, under a snapshot that is not older than the reading's
 */
export function holdBack(cut: Cut, left: readonly FirstLeft[]): readonly LogRow[] {
  const firstOf = new Map(left.map((first) => [first.taskId, first]));
  const newTasks = cut.cutShort.has("tasks") ? cut.upto.tasks : Number.POSITIVE_INFINITY;
  return cut.rows.filter((row) => {
    if (row.source === "tasks" || row.taskId === null) return false;
    if (row.taskId > newTasks) return true;
    const first = firstOf.get(row.taskId);
    return first !== undefined && comesLater(row, first);
  });
}

/** Where one of two rows has no number, they are compared by time; at the same time, a row waits. */
function comesLater({ seq, at }: LogRow, first: FirstLeft): boolean {
  if (seq === null) return at >= first.at;
  return (first.seq !== null && seq > first.seq) || (first.unnumberedAt !== null && at >= first.unnumberedAt);
}

/**
 * The cursor after a cut of which `held` were not taken.
 * @param settled up to where no row could appear any more when the reading began
 */
export function advanceCursor(
  cursor: LogCursor,
  cut: Cut,
  held: readonly LogRow[],
  settled: PerSource<number>,
): LogCursor {
  const heldIds = Map.groupBy(held, ({ source }) => source);
  const found = Map.groupBy(cut.rows, ({ source }) => source);
  return perSource((source) => {
    const { high, missing } = cursor[source];
    const reached = cut.upto[source];
    const whole = !cut.cutShort.has(source);
    const nextHigh = Math.max(high, reached, whole ? settled[source] : 0);
    const looked = rangesUpTo(
      [...missing, ...(nextHigh > high ? [{ from: high + 1, to: nextHigh }] : [])],
      whole ? nextHigh : reached,
    );
    const ids = (found.get(source) ?? []).map(({ id }) => id);
    const open = rangesAbove(rangesWithout(looked, ids), settled[source]);
    const waiting = (heldIds.get(source) ?? []).map(({ id }) => id);
    const notLooked = whole ? [] : rangesAbove(missing, reached);
    return { high: nextHigh, missing: rangesWith([...open, ...notLooked], waiting), settled: settled[source] };
  });
}
