import type { TaskerEvent } from "../../events/event.ts";
import { judgeFailure } from "./failure.ts";
import type { KeptEvent } from "./seat.ts";
import type { SessionParts } from "./session-parts.ts";

/** What is to be written of an event that failed in its first attempt; those of its task that come now have to wait. */
export function keepFailed({ settings, held, tally }: SessionParts, event: TaskerEvent, thrown: unknown): KeptEvent {
  const failure = judgeFailure(thrown, 1, settings);
  tally.failed += 1;
  if (failure.retryAtMs === null) tally.dead += 1;
  else held.add(event.taskId);
  return { event, failure };
}

/** What is to be written of an event that has to wait behind another one of its task. */
export function keepBehind({ held, tally }: SessionParts, event: TaskerEvent): KeptEvent {
  tally.heldBack += 1;
  held.add(event.taskId);
  return { event, failure: null };
}
