import type { Connection } from "../../database/database.ts";
import { cursorAt, encodeCursor, firstUnread } from "../cursor/log-cursor.ts";
import type { PerSource } from "../cursor/log-source.ts";
import { findSubscriber, insertSubscriber } from "../delivery/subscriber-statements.ts";
import { describeFilter, type EventFilter } from "../reading/event-selection.ts";
import type { StartingPoint } from "../subscriber-options.ts";
import { findStartingPosition } from "./starting-position.ts";

/** A subscriber that is to be there. */
export interface NewSubscriber {
  readonly name: string;
  readonly filter: EventFilter;
  readonly from: StartingPoint;
  /** Where it ends, for a replay. Null: never. */
  readonly end: { readonly until: Date | null; readonly positions: PerSource<number> } | null;
  /** Whether it is to go when nobody has run it for a minute. */
  readonly isTemporary: boolean;
  /** The present, milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Makes a subscriber, unless there is one of this name already: that keeps its position.
 * @returns whether it was made
 * @throws EventNotFoundError if it is to begin after an event that the log does not have
 */
export async function registerSubscriber(connection: Connection, subscriber: NewSubscriber): Promise<boolean> {
  const { name, filter, from, end, isTemporary, nowMs } = subscriber;
  if ((await connection.run(findSubscriber, [name])).length > 0) return false;
  const { positions, since, after } = await findStartingPosition(connection, from);
  const cursor = cursorAt(positions);
  const next = firstUnread(cursor);
  const made = await connection.run(insertSubscriber, [
    name,
    describeFilter(filter),
    encodeCursor(cursor),
    next.tasks,
    next.taskRows,
    next.stepRows,
    next.events,
    since,
    after,
    end?.until ?? null,
    end === null ? null : JSON.stringify(end.positions),
    new Date(nowMs),
    isTemporary,
  ]);
  return made.length > 0;
}
