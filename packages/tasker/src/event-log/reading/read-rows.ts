import type { Connection } from "../../database/database.ts";
import type { RowOf } from "../../database/statement.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { type IdRange, rangesOutside, rangesWith } from "../cursor/id-ranges.ts";
import type { LogCursor } from "../cursor/log-cursor.ts";
import { LOG_SOURCES, type LogSource, type PerSource, perSource } from "../cursor/log-source.ts";
import type { LogLook } from "../cursor/settlement.ts";
import type { LogRow } from "./log-row.ts";
import { readLogBeyond, readLogPositions, readLogRows, scanLogRows } from "./log-statements.ts";
import { type Cut, type FirstLeft, type Reading, type ReadingLimits, unreadRanges } from "./reading.ts";

/** Looks how far the tables have got. */
export async function lookAtLog(connection: Connection): Promise<LogLook> {
  const [row] = await connection.run(readLogPositions, []);
  if (row === undefined) throw new RangeError("tasker_positions gave no row");
  const { tasks, task_rows: taskRows, step_rows: stepRows, events, writers } = row;
  return { upto: { tasks, taskRows, stepRows, events }, writers: new Set(writers) };
}

/**
 * Reads what a cursor has not read, under one snapshot.
 * @param end positions after which nothing is read
 * @param except ids that are not read either
 */
export async function readRows(
  connection: Connection,
  cursor: LogCursor,
  limits: ReadingLimits,
  end: PerSource<number>,
  except: PerSource<readonly IdRange[]> | null = null,
): Promise<Reading> {
  const ranges = rangesToRead(cursor, end, except);
  return readingOf(await connection.run(readLogRows, [...ranges, limits.rows, limits.bytes]), toLogRow);
}

/**
 * As {@link readRows}, without what the rows tell: `details` and names are empty. For a fraction of what reading them costs.
 * @param most rows of each table
 */
export async function scanRows(
  connection: Connection,
  cursor: LogCursor,
  most: number,
  end: PerSource<number>,
): Promise<Reading> {
  const found = await connection.run(scanLogRows, [...rangesToRead(cursor, end, null), most]);
  const tables = new Map(found.map((table) => [LOG_SOURCES[table.source], table]));
  return perSource((source) => {
    const table = tables.get(source);
    return table === undefined ? { rows: [], more: false } : { rows: scannedRows(source, table), more: table.more };
  });
}

/** Reads rows of which it is known that they are there. @param ids of each table, ascending */
export async function readRowsOf(
  connection: Connection,
  ids: PerSource<readonly number[]>,
  limits: ReadingLimits,
): Promise<readonly LogRow[]> {
  const cursor = perSource((source) => {
    const missing = rangesWith([], ids[source]);
    return { high: Number.MAX_SAFE_INTEGER, missing, settled: 0 };
  });
  const end = perSource(() => Number.MAX_SAFE_INTEGER);
  const reading = await readRows(connection, cursor, limits, end);
  const left = perSource((source) => {
    const { rows, more } = reading[source];
    return more ? ids[source].filter((id) => id > (rows.at(-1)?.id ?? 0)) : [];
  });
  const rows = LOG_SOURCES.flatMap((source) => reading[source].rows);
  if (LOG_SOURCES.every((source) => left[source].length === 0)) return rows;
  return [...rows, ...(await readRowsOf(connection, left, limits))];
}

function rangesToRead(
  cursor: LogCursor,
  end: PerSource<number>,
  except: PerSource<readonly IdRange[]> | null,
): [number[], number[], number[]] {
  const ranges = LOG_SOURCES.flatMap((source, place) =>
    rangesOutside(unreadRanges(cursor[source], end[source]), except?.[source] ?? []).map((range) => ({ place, range })),
  );
  return [ranges.map(({ place }) => place), ranges.map(({ range }) => range.from), ranges.map(({ range }) => range.to)];
}

/** @param rows ascending by table and id */
function readingOf<Row extends { readonly source: number; readonly place: number; readonly found: number }>(
  rows: readonly Row[],
  toRow: (row: Row) => LogRow,
): Reading {
  const bySource = Map.groupBy(rows, ({ source }) => LOG_SOURCES[source]);
  return perSource((source) => {
    const found = bySource.get(source) ?? [];
    const last = found.at(-1);
    return { rows: found.map(toRow), more: last !== undefined && last.place < last.found };
  });
}

/** The first rows that were left of the tasks of a cut; none of a cut that left nothing. */
export async function readFirstLeft(
  connection: Connection,
  { rows, upto, cutShort }: Cut,
): Promise<readonly FirstLeft[]> {
  const withSteps = new Map<number, boolean>();
  for (const { taskId, source } of rows) {
    if (taskId === null || source === "tasks") continue;
    withSteps.set(taskId, withSteps.get(taskId) === true || source !== "stepRows");
  }
  const isAsked = cutShort.has("taskRows") || cutShort.has("stepRows") || cutShort.has("events");
  if (!isAsked || withSteps.size === 0) return [];
  const above = (source: "taskRows" | "stepRows" | "events") => (cutShort.has(source) ? upto[source] : null);
  const left = await connection.run(readLogBeyond, [
    [...withSteps.keys()],
    [...withSteps.values()],
    above("taskRows"),
    above("stepRows"),
    above("events"),
  ]);
  return left.map(({ task_id: taskId, seq, at, unnumbered_at: unnumberedAt }) => {
    return { taskId, seq, at: at.getTime(), unnumberedAt: unnumberedAt?.getTime() ?? null };
  });
}

function scannedRows(
  source: LogSource,
  { ids, task_ids: taskIds, seqs, ats, written_ats: writtenAts }: RowOf<typeof scanLogRows.columns>,
): readonly LogRow[] {
  return ids.map((id, place) => ({
    ...NOTHING_TOLD,
    ...{ source, id, taskId: taskIds[place] ?? null, seq: seqs[place] ?? null },
    ...{ at: ats[place] ?? 0, writtenAt: writtenAts[place] ?? 0 },
  }));
}

const NOTHING_TOLD = {
  stepId: null,
  namedTaskId: null,
  namedStepId: null,
  correlationId: null,
  requestedAt: 0,
  fromState: null,
  toState: null,
  sortKey: 0,
  details: {},
  name: null,
  eventId: null,
};

function sourceAt(place: number): LogSource {
  const source = LOG_SOURCES[place];
  if (source === undefined) throw new RangeError(`the event log has no table ${place}`);
  return source;
}

function toLogRow(row: RowOf<typeof readLogRows.columns>): LogRow {
  const source = sourceAt(row.source);
  const details = isObject(row.details) ? row.details : {};
  return {
    source,
    id: row.id,
    taskId: row.task_id,
    stepId: row.step_id,
    namedTaskId: row.named_task_id,
    namedStepId: row.named_step_id,
    correlationId: row.correlation_id,
    requestedAt: row.requested_at?.getTime() ?? 0,
    fromState: row.from_state,
    toState: row.to_state,
    sortKey: row.sort_key,
    seq: row.seq ?? numberOf(source === "events" ? {} : details),
    details,
    name: row.name,
    eventId: row.event_id,
    at: row.at.getTime(),
    writtenAt: row.written_at.getTime(),
  };
}

/** `seq` of a row that one of our writers has written. */
function numberOf(metadata: JsonObject): number | null {
  return "writer" in metadata && typeof metadata.seq === "number" ? metadata.seq : null;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
