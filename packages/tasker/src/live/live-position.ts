import type { IdRange } from "../event-log/cursor/id-ranges.ts";
import type { LogCursor, TableCursor } from "../event-log/cursor/log-cursor.ts";
import { LOG_SOURCES, type LogSource } from "../event-log/cursor/log-source.ts";

/** How far a client has been told. */
export interface LivePosition {
  /** What it has not been told; `settled` says nothing. */
  readonly cursor: LogCursor;
  /** When that was so, milliseconds since the epoch. */
  readonly atMs: number;
  /** A row among those that it has not been told of whose first `told` events it has. Null: none. */
  readonly begun: BegunRow | null;
}

/** A row that was told in part. */
export interface BegunRow {
  readonly source: LogSource;
  readonly id: number;
  readonly told: number;
}

const VERSION = "1";
/** Most ranges of each table in the text: it travels as a header, and clients keep it. */
const MOST_RANGES = 40;
const LONGEST_TEXT = 4_000;
const RADIX = 36;

/**
 * A position as text, for the `id` of what a client is told: letters, digits, `.`, `~` and `_`. Where so many transactions were
 * writing at once that their rows leave more than 40 gaps in a table, some rows count as not told that were: their events come again,
 * with the ids of events that they had.
 */
export function encodePosition({ cursor, atMs, begun }: LivePosition): string {
  return joinPosition(
    LOG_SOURCES.map((source) => encodeTable(cursor[source])),
    atMs,
    begun,
  );
}

/** As {@link encodePosition}, of tables that are texts already. */
export function joinPosition(tables: readonly string[], atMs: number, begun: BegunRow | null): string {
  const parts = [VERSION, Math.floor(atMs / 1_000).toString(RADIX), ...tables];
  if (begun !== null) parts.push([LOG_SOURCES.indexOf(begun.source), begun.id, begun.told].map(toText).join("~"));
  return parts.join(".");
}

/** Reads a position. Null: it is none. */
export function decodePosition(text: string): LivePosition | null {
  if (text.length > LONGEST_TEXT || !/^[0-9a-z._~]+$/.test(text)) return null;
  const [version, at = "", ...rest] = text.split(".");
  const [tasks, taskRows, stepRows, events] = rest.slice(0, LOG_SOURCES.length).map(decodeTable);
  const atMs = fromText(at) * 1_000;
  if (version !== VERSION || rest.length > LOG_SOURCES.length + 1 || !Number.isSafeInteger(atMs)) return null;
  if (tasks == null || taskRows == null || stepRows == null || events == null) return null;
  const begun = rest.length > LOG_SOURCES.length ? decodeBegun(rest.at(-1) ?? "") : null;
  return begun === undefined ? null : { cursor: { tasks, taskRows, stepRows, events }, atMs, begun };
}

/** How far one table was told, as text: the last id, and for each range before it that was not its distance and length. */
export function encodeTable({ high, missing }: TableCursor): string {
  let last = high;
  let ranges = missing;
  for (let end = ranges.at(-1); end !== undefined && end.to >= last; end = ranges.at(-1)) {
    last = end.from - 1;
    ranges = ranges.slice(0, -1);
  }
  const text = bounded(ranges).map(
    ({ from, to }) => `~${toText(last - from)}${to > from ? `_${toText(to - from)}` : ""}`,
  );
  return `${toText(last)}${text.join("")}`;
}

function decodeTable(text: string): TableCursor | null {
  const [first = "", ...ranges] = text.split("~");
  const high = fromText(first);
  let before = 0;
  const missing: IdRange[] = [];
  for (const range of ranges) {
    const [distance = "", length = "0", ...more] = range.split("_");
    const from = high - fromText(distance);
    const to = from + fromText(length);
    // NaN is not greater than anything.
    if (!(from > before && to <= high) || more.length > 0) return null;
    missing.push({ from, to });
    before = to;
  }
  return Number.isSafeInteger(high) ? { high, missing, settled: 0 } : null;
}

/** Undefined: it is none. */
function decodeBegun(text: string): BegunRow | undefined {
  const [source = Number.NaN, id = Number.NaN, told = Number.NaN, ...more] = text.split("~").map(fromText);
  const name = LOG_SOURCES[source];
  const isValid = Number.isSafeInteger(id) && Number.isSafeInteger(told) && more.length === 0;
  return name === undefined || !isValid ? undefined : { source: name, id, told };
}

/** Joins ranges over the smallest gaps until there are few enough. */
function bounded(ranges: readonly IdRange[]): readonly IdRange[] {
  if (ranges.length <= MOST_RANGES) return ranges;
  const gapBefore = (place: number) => (ranges[place]?.from ?? 0) - (ranges[place - 1]?.to ?? 0);
  const places = ranges.map((_, place) => place).slice(1);
  const cuts = new Set(places.sort((a, b) => gapBefore(b) - gapBefore(a)).slice(0, MOST_RANGES - 1));
  const joined: IdRange[] = [];
  for (const [place, range] of ranges.entries()) {
    const last = joined.at(-1);
    if (last === undefined || cuts.has(place)) joined.push(range);
    else joined[joined.length - 1] = { from: last.from, to: range.to };
  }
  return joined;
}

const toText = (number: number): string => number.toString(RADIX);

/** NaN: it is no number. */
function fromText(text: string): number {
  return /^[0-9a-z]{1,11}$/.test(text) ? Number.parseInt(text, RADIX) : Number.NaN;
}
