import type { Connection } from "../../database/database.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { cursorAt } from "../cursor/log-cursor.ts";
import { LOG_SOURCES, type PerSource, perSource } from "../cursor/log-source.ts";
import type { EventSelection } from "./event-selection.ts";
import type { LogRow } from "./log-row.ts";
import { NameBook } from "./name-book.ts";
import { orderRows } from "./order-rows.ts";
import { readRows } from "./read-rows.ts";
import { type Cut, cutReading, type Reading } from "./reading.ts";
import { eventsOf } from "./row-events.ts";
import { readRowsOfTask } from "./rows-of-task.ts";

/** Rows of each table that are read at once, bytes after which no further row is, and how often that is done for one page. */
const LIMITS = { rows: 1_000, bytes: 8_000_000 };
const MOST_READINGS = 10;

/** Which events of the log are asked for. */
export interface EventPageRequest {
  /** Most rows that a page tells of; a row tells one event, or a few. */
  readonly limit: number;
  readonly selection: EventSelection;
  /** Only events of this task. Null: of all. */
  readonly taskId: number | null;
  /** Ids up to which the tables were read. */
  readonly after: PerSource<number>;
  /** Ids after which nothing is read. */
  readonly end: PerSource<number>;
}

/** A part of the log. */
export interface EventPage {
  readonly events: readonly TaskerEvent[];
  /** Where the next page begins; null: everything was read. A page can be short, or empty, and not be the last. */
  readonly next: PerSource<number> | null;
}

/** A row, and the events of it that are wanted. */
interface Told {
  readonly row: LogRow;
  readonly events: readonly TaskerEvent[];
}

/**
 * Reads a page of the log, the oldest first. The events of a task are in their order within a page. What transactions write that
 * are still open is left out, once ids beyond it have been read: whoever must not miss anything is a durable subscriber.
 */
export async function readEventPage(connection: Connection, request: EventPageRequest): Promise<EventPage> {
  const { limit, selection, taskId, end } = request;
  const names = new NameBook();
  const tell = (row: LogRow): Told => ({
    row,
    events: eventsOf(row, names, selection.wants).filter((event) => selection.takes(event, row.writtenAt)),
  });
  const told: Told[] = [];
  let after = request.after;
  for (let reading = 0; reading < MOST_READINGS && told.length < limit; reading++) {
    const read =
      taskId === null
        ? await readRows(connection, cursorAt(after), LIMITS, end)
        : await readRowsOfTask(connection, taskId, after, end, LIMITS);
    await names.learn(
      connection,
      LOG_SOURCES.flatMap((source) => read[source].rows),
    );
    const part = fit(after, read, limit - told.length, tell);
    told.push(...part.told);
    if (part.isLast) return { events: told.flatMap(({ events }) => events), next: null };
    after = part.after;
  }
  return { events: told.flatMap(({ events }) => events), next: after };
}

/** What of a reading fits on the rest of a page: of each table half as many rows, again and again, until it does. */
function fit(after: PerSource<number>, reading: Reading, most: number, tell: (row: LogRow) => Told) {
  for (let rows = LIMITS.rows; ; rows = Math.floor(rows / 2)) {
    const cut = cutReading(cursorAt(after), firstOf(reading, rows));
    const told = orderRows(cut.rows)
      .map(tell)
      .filter(({ events }) => events.length > 0);
    if (told.length <= most) return { told, after: cut.upto, isLast: cut.cutShort.size === 0 };
    if (rows === 1) return { ...onlyFirst(after, cut, told), isLast: false };
  }
}

function firstOf(reading: Reading, most: number): Reading {
  return perSource((source) => {
    const { rows, more } = reading[source];
    return { rows: rows.slice(0, most), more: more || rows.length > most };
  });
}

/** The first of the rows, which are one of each table, of which something is told. */
function onlyFirst(after: PerSource<number>, { upto }: Cut, told: readonly Told[]) {
  const [first] = told;
  if (first === undefined) return { told: [], after: upto };
  const left = new Set(told.slice(1).map(({ row }) => row.source));
  return { told: [first], after: perSource((source) => (left.has(source) ? after[source] : upto[source])) };
}
