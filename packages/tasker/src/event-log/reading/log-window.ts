import type { TaskerEvent } from "../../events/event.ts";
import { rangesWith } from "../cursor/id-ranges.ts";
import type { LogCursor } from "../cursor/log-cursor.ts";
import { perSource } from "../cursor/log-source.ts";
import type { LogRow } from "./log-row.ts";

/** A stretch of the log: what is to be delivered, and the cursor when that is done. */
export interface LogWindow {
  /** Those of a task in their order. */
  readonly events: readonly TaskerEvent[];
  readonly cursor: LogCursor;
  /** The cursor when so many of the events are delivered; null if others of the same row were left. */
  readonly cursorAfter: (delivered: number) => LogCursor | null;
  /** Rows that were read for it. */
  readonly rows: number;
  /** Whether there is more to read at once. */
  readonly more: boolean;
}

/** A row, and the events of it that are delivered. */
export interface ToldRow {
  readonly row: LogRow;
  readonly events: readonly TaskerEvent[];
}

/**
 * The cursor of a window of which not everything is delivered: the rows of the rest are to be read again.
 * @param told the rows of the window, in the order of its events
 */
export function cursorWithin(cursor: LogCursor, told: readonly ToldRow[], delivered: number): LogCursor | null {
  const left: LogRow[] = [];
  let end = 0;
  for (const { row, events } of told) {
    const start = end;
    end += events.length;
    if (start < delivered && end > delivered) return null;
    if (start >= delivered && end > start) left.push(row);
  }
  const bySource = Map.groupBy(left, ({ source }) => source);
  return perSource((source) => {
    const ids = (bySource.get(source) ?? []).map(({ id }) => id);
    return { ...cursor[source], missing: rangesWith(cursor[source].missing, ids) };
  });
}
