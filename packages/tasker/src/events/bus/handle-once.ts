import type { TaskerEvent } from "../event.ts";

/** Options of {@link handleOnce}. */
export interface HandleOnceOptions {
  /** Events that are remembered: the last ones that were handled. Default: 10,000. */
  readonly remember?: number;
}

/**
 * Makes a listener that handles each event once, by its id, however often it is told: by a bus, by the event log, by a
 * replay. One that is being handled when it is told again is waited for; one that could not be handled is handled when it
 * comes again. What is remembered is in memory: where that must outlive the process, write the id into a table with a
 * unique key, in the transaction in which the event has its effect.
 */
export function handleOnce<Event extends TaskerEvent>(
  listener: (event: Event) => unknown,
  { remember = 10_000 }: HandleOnceOptions = {},
): (event: Event) => Promise<void> {
  const handled = new Set<string>();
  const underWay = new Map<string, Promise<void>>();
  const handle = async (event: Event) => {
    await listener(event);
    handled.add(event.id);
    const [oldest] = handled;
    if (handled.size > remember && oldest !== undefined) handled.delete(oldest);
  };
  return (event) => {
    if (handled.has(event.id)) return Promise.resolve();
    const known = underWay.get(event.id);
    if (known !== undefined) return known;
    const work = handle(event).finally(() => underWay.delete(event.id));
    underWay.set(event.id, work);
    return work;
  };
}
