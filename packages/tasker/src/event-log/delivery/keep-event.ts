import type { TaskerEvent } from "../../events/event.ts";
import { judgeFailure } from "./failure.ts";
import type { KeptEvent } from "./seat.ts";
import type { SessionParts } from "./session-parts.ts";

/** What is to be written of an event that failed in its first attempt; those of its task that come now have to wait. */
export function keepFailed(parts: SessionParts, event: TaskerEvent, thrown: unknown): KeptEvent {
  return noteKept(parts, { event, failure: judgeFailure(thrown, 1, parts.settings) });
}

/** What is to be written of an event that has to wait behind another one of its task. */
export function keepBehind(parts: SessionParts, event: TaskerEvent): KeptEvent {
  return noteKept(parts, { event, failure: null });
}

/** Notes that what was kept is in the database. @param ids those of the deliveries, of events that are not given up */
export function noteWritten({ held }: SessionParts, kept: readonly KeptEvent[], ids: readonly number[]): void {
  const waiting = kept.filter(({ failure }) => failure === null || failure.retryAtMs !== null);
  waiting.forEach(({ event }, place) => {
    const id = ids[place];
    if (id !== undefined) held.write(event.taskId, id);
  });
}

/** Counts an event that is kept, or given up. */
export function noteKept({ held, tally }: SessionParts, kept: KeptEvent): KeptEvent {
  const { event, failure } = kept;
  if (failure === null) tally.heldBack += 1;
  else {
    tally.failed += 1;
    if (failure.retryAtMs === null) {
      tally.dead += 1;
      return kept;
    }
  }
  held.add(event.taskId);
  return kept;
}
