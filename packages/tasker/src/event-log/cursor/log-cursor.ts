import { z } from "zod";
import { countIds, type IdRange } from "./id-ranges.ts";
import { LOG_SOURCES, type PerSource, perSource } from "./log-source.ts";

/** How far one table has been read. */
export interface TableCursor {
  /** Up to here every id was looked at. */
  readonly high: number;
  /** Ids below that which have still to be read: rows of open transactions, and rows whose turn has not come. */
  readonly missing: readonly IdRange[];
  /** Up to here no row can appear any more. */
  readonly settled: number;
}

/**
 * How far the event log has been read: every row up to `high`, but those that are `missing`. Rows do not appear in the
 * order of their ids, because a transaction takes ids before it commits; what was not there is looked for again until
 * every transaction that could have written it has ended.
 */
export type LogCursor = PerSource<TableCursor>;

/** A cursor for everything above these ids. What can still appear below them is not its concern. */
export function cursorAt(positions: PerSource<number>): LogCursor {
  return perSource((source) => ({ high: positions[source], missing: [], settled: positions[source] }));
}

/** The least ids that a cursor has still to read. Rows from there on must not be deleted. */
export function firstUnread(cursor: LogCursor): PerSource<number> {
  return perSource((source) => cursor[source].missing[0]?.from ?? cursor[source].high + 1);
}

/** Rows that a cursor has still to read, counted by their ids up to the last ones that were given out: at most so many. */
export function countUnread(cursor: LogCursor, upto: PerSource<number>): number {
  let count = 0;
  for (const source of LOG_SOURCES) {
    const { high, missing } = cursor[source];
    count += Math.max(0, upto[source] - high) + countIds(missing);
  }
  return count;
}

const StoredTable = z.object({
  high: z.number(),
  settled: z.number(),
  missing: z.array(z.tuple([z.number(), z.number()])),
});
const StoredCursor = z.object({
  tasks: StoredTable,
  taskRows: StoredTable,
  stepRows: StoredTable,
  events: StoredTable,
});

/** The cursor as JSON text. */
export function encodeCursor(cursor: LogCursor): string {
  return JSON.stringify(
    perSource((source) => {
      const { high, settled, missing } = cursor[source];
      return { high, settled, missing: missing.map(({ from, to }) => [from, to]) };
    }),
  );
}

/** Reads a stored cursor. @throws ZodError if it is none */
export function decodeCursor(stored: unknown): LogCursor {
  const cursor = StoredCursor.parse(stored);
  return perSource((source) => {
    const { high, settled, missing } = cursor[source];
    return { high, settled, missing: missing.map(([from, to]) => ({ from, to })) };
  });
}

const StoredPositions = z.object({ tasks: z.number(), taskRows: z.number(), stepRows: z.number(), events: z.number() });

/** Reads stored positions. @throws ZodError if they are none */
export function decodePositions(stored: unknown): PerSource<number> {
  return StoredPositions.parse(stored);
}
