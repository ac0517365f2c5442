import { countIds } from "../event-log/cursor/id-ranges.ts";
import type { LogCursor } from "../event-log/cursor/log-cursor.ts";
import { LOG_SOURCES } from "../event-log/cursor/log-source.ts";
import type { LiveFeed } from "./live-feed.ts";
import type { CompiledFilter } from "./live-filter.ts";
import type { LiveEvent } from "./live-message.ts";
import type { BegunRow, LivePosition } from "./live-position.ts";
import { idsOf, type StretchReader } from "./stretch-reader.ts";
import type { WindowEvents } from "./window-events.ts";

/** Ids that a client may still have missed when it begins to be told what happens: what it is told meanwhile waits. */
const LAST_STRETCH = 1_000;

/** What catching up needs. */
export interface CatchUpParts {
  readonly reader: StretchReader;
  /** Up to where everything was told to those who are not catching up. */
  readonly cursor: () => LogCursor;
  /** Has the feed told what happens after the cursor that it gives. */
  readonly join: () => Promise<LogCursor>;
  /** Most ids that a client may have missed. */
  readonly most: number;
}

/**
 * Tells a client what it has missed, and goes over to what happens without a gap and without telling anything twice: only what
 * everybody else has been told is read, up to a cursor from which on the client is told the same as everybody.
 * @returns whether it was told; false: it has missed too much
 */
export async function catchUp(
  { reader, cursor, join, most }: CatchUpParts,
  feed: LiveFeed,
  filter: CompiledFilter,
  position: LivePosition,
): Promise<boolean> {
  let from = position.cursor;
  let isJoined = false;
  while (!isJoined && !feed.isEnded) {
    let stretch = { from, to: cursor() };
    const missed = countMissed(stretch);
    if (missed > most) return false;
    if (missed <= LAST_STRETCH) {
      stretch = { from, to: await join() };
      isJoined = true;
    }
    while (countMissed(stretch) > 0 && !feed.isEnded) {
      const { events, rest } = await reader.read(stretch, position.atMs);
      stretch = rest;
      const wanted = wantedOf(events, filter, position.begun);
      if (wanted.length > 0) await feed.tellEarlier({ kind: "events", events: wanted });
    }
    from = stretch.from;
  }
  feed.goLive();
  return true;
}

function countMissed(stretch: Parameters<typeof idsOf>[0]): number {
  const ids = idsOf(stretch);
  return LOG_SOURCES.reduce((count, source) => count + countIds(ids[source]), 0);
}

function wantedOf(events: WindowEvents, filter: CompiledFilter, begun: BegunRow | null): readonly LiveEvent[] {
  return events.rows.flatMap((row, place) => {
    if (filter.taskId !== null && row.taskId !== filter.taskId) return [];
    const made = events.of(place);
    const isBegun = begun !== null && row.source === begun.source && row.id === begun.id;
    return (isBegun ? made.slice(begun.told) : made).filter(({ event }) => filter.takes(event));
  });
}
