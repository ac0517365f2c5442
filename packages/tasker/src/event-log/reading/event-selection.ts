import type { Mask } from "../../events/bus/mask.ts";
import { compilePattern, type EventPattern } from "../../events/bus/pattern.ts";
import type { TaskerEvent } from "../../events/event.ts";
import type { Wants } from "../../events/state-event.ts";

/** Which events are delivered. What is absent or null filters nothing. */
export interface EventFilter {
  readonly events: EventPattern;
  readonly namespace?: string | null;
  readonly taskId?: number | null;
}

/** Bounds on what is delivered, by the time at which its row was written. */
export interface EventBounds {
  /** Events from before are passed over. */
  readonly since: Date | null;
  /** Id of an event that is passed over. */
  readonly after: string | null;
  /** Events from then on are passed over. */
  readonly until: Date | null;
}

/** A filter with its bounds, ready to be asked. */
export interface EventSelection {
  /** Whether events of a name can be among them: others are not made. */
  readonly wants: Wants;
  readonly takes: (event: TaskerEvent, writtenAtMs: number) => boolean;
  /** Hides what is not to be seen, from `takes` as well; null: nothing. */
  readonly mask: Mask | null;
}

/** @throws InvalidRequestError for a pattern that cannot be */
export function selectEvents(filter: EventFilter, bounds: EventBounds, mask: Mask | null = null): EventSelection {
  const matcher = compilePattern(filter.events);
  const { namespace = null, taskId = null } = filter;
  const since = bounds.since?.getTime() ?? Number.NEGATIVE_INFINITY;
  const until = bounds.until?.getTime() ?? Number.POSITIVE_INFINITY;
  return {
    mask,
    wants: (name) => matcher.matchesName(name),
    takes: (event, writtenAtMs) =>
      writtenAtMs >= since &&
      writtenAtMs < until &&
      event.id !== bounds.after &&
      (namespace === null || event.namespace === namespace) &&
      (taskId === null || event.taskId === taskId) &&
      isAccepted(event, matcher.accepts),
  };
}

/** A function that fails over an event has not said that it does not want it. */
function isAccepted(event: TaskerEvent, accepts: ((event: TaskerEvent) => boolean) | null): boolean {
  try {
    return accepts === null || accepts(event);
  } catch {
    return true;
  }
}

/** The filter as it is kept in the database, for those who look at it. */
export function describeFilter({ events, namespace = null, taskId = null }: EventFilter): string {
  return JSON.stringify({ events: typeof events === "function" ? null : [events].flat(), namespace, task_id: taskId });
}
