import { randomUUID } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import type { Connection } from "../database/database.ts";
import { int8, text } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { InvalidRequestError, SubscriberExistsError } from "../errors/index.ts";
import type { PerSource } from "./cursor/log-source.ts";
import { subscriberSettings } from "./delivery/settings.ts";
import { findSubscriber } from "./delivery/subscriber-statements.ts";
import type { DeliveryFigures } from "./delivery/tally.ts";
import { DurableSubscriber } from "./durable-subscriber.ts";
import { deleteSubscriber, subscriberNotFound } from "./manage/remove-subscriber.ts";
import { lookAtLog } from "./reading/read-rows.ts";
import { registerSubscriber } from "./start/register-subscriber.ts";
import { positionsAfter } from "./start/starting-position.ts";
import type { DurableSubscriberOptions, StartingPoint } from "./subscriber-options.ts";

/** What to deliver again, and to whom. */
export interface ReplayOptions extends Omit<DurableSubscriberOptions, "from"> {
  /** The subscriber whose handler this is. Its own position stays where it is. */
  readonly name: string;
  readonly from: StartingPoint;
  /** Events that were written from then on are not delivered. After `from`, if that is a time. Default: what has been written when the replay begins. */
  readonly to?: Date;
  /**
   * Makes a new subscriber of this name, which stays and, without `to`, goes on from there when it is run. Default: nothing
   * stays but dead letters, which become those of `name`.
   */
  readonly into?: string;
  /** Stops the replay. */
  readonly signal?: AbortSignal;
  /** Called some times a second with what has been delivered so far. Default: nobody is told. */
  readonly onProgress?: (figures: DeliveryFigures) => void;
}

/** Time between two calls of `onProgress`, in milliseconds. */
const PROGRESS_MS = 200;

/** What a replay came to. */
export interface ReplayReport extends DeliveryFigures {
  /** Whether it was stopped before its end. */
  readonly stopped: boolean;
}

/** Lets a subscriber that was a replay go on: it has no end any more. */
export const openEnd = statement({
  name: "event_subscriber_open_end",
  text: "update tasker_event_subscribers set end_at = null where name = $1 and until_at is null",
  parameters: [text],
  columns: {},
});

/** Gives the dead letters of subscriber $1 to subscriber $2. */
export const moveDeadLetters = statement({
  name: "dead_letters_move",
  text: `
    update tasker_dead_letters d set subscriber_id = t.subscriber_id
    from tasker_event_subscribers f, tasker_event_subscribers t
    where f.name = $1 and t.name = $2 and d.subscriber_id = f.subscriber_id
    returning d.dead_letter_id`,
  parameters: [text, text],
  columns: { dead_letter_id: int8 },
});

/**
 * Delivers events of the past once more, in the same order and under the same rules as a durable subscriber does. Resolves
 * when everything is delivered or given up.
 * @throws InvalidRequestError for an option that cannot be
 * @throws SubscriberNotFoundError without `into`, if there is no subscriber `name`, or the replay was away from the database for so
 *   long that others took it for abandoned; SubscriberExistsError if `into` is one
 * @throws EventNotFoundError if it is to begin after an event that the log does not have
 */
export async function replayEvents(options: ReplayOptions): Promise<ReplayReport> {
  const { from, to, into, signal, onProgress, ...subscription } = options;
  const { database, name, filter, clock } = subscriberSettings({ ...subscription, from });
  checkEnd(from, to);
  const isKnown = (await database.run(findSubscriber, [into ?? name])).length > 0;
  if (into === undefined && !isKnown) throw subscriberNotFound(name);
  if (into !== undefined && isKnown) throw existing(into);
  const target = into ?? `${name.slice(0, 200)} (replay ${randomUUID().slice(0, 8)})`;
  const end = { until: to ?? null, positions: await endOf(database, to, clock) };
  const subscriber = new DurableSubscriber({ ...subscription, name: target });
  const isMade = await registerSubscriber(database, {
    name: target,
    filter,
    from,
    end,
    isTemporary: into === undefined,
    nowMs: clock.now(),
  });
  if (!isMade) throw existing(target);

  let isThere = true;
  const stop = () => void subscriber.stop();
  signal?.addEventListener("abort", stop, { once: true });
  const endProgress = onProgress === undefined ? () => {} : tellOften(clock, () => onProgress(subscriber.statistics()));
  try {
    if (signal?.aborted !== true) await subscriber.run({ isReplay: true });
  } finally {
    endProgress();
    signal?.removeEventListener("abort", stop);
    if (into !== undefined) await database.run(openEnd, [into]);
    else {
      await database.run(moveDeadLetters, [target, name]);
      isThere = (await database.run(deleteSubscriber, [target])).length > 0;
    }
  }
  if (!isThere) throw subscriberNotFound(target);
  const { delivered, failed, dead, heldBack } = subscriber.statistics();
  return { delivered, failed, dead, heldBack, stopped: signal?.aborted === true };
}

/** Calls something again and again until the returned function is called. */
function tellOften(clock: Clock, tell: () => void): () => void {
  let cancel = clock.after(PROGRESS_MS, again);
  function again(): void {
    tell();
    cancel = clock.after(PROGRESS_MS, again);
  }
  return () => cancel();
}

/** @throws InvalidRequestError unless it is a time after the beginning */
function checkEnd(from: StartingPoint, to: Date | undefined): void {
  if (to === undefined) return;
  const least = from instanceof Date ? from.getTime() : Number.NEGATIVE_INFINITY;
  if (to.getTime() > least) return;
  const value = Number.isNaN(to.getTime()) ? "Invalid Date" : to.toISOString();
  const expected = from instanceof Date ? `a time after from, which is ${from.toISOString()}` : "a valid Date";
  throw new InvalidRequestError(`to is ${value}, expected ${expected}`, { context: { field: "to", value, expected } });
}

/** Positions after which there is nothing more to deliver. */
async function endOf(connection: Connection, to: Date | undefined, clock: Clock): Promise<PerSource<number>> {
  return to === undefined || to.getTime() > clock.now()
    ? (await lookAtLog(connection)).upto
    : positionsAfter(connection, to);
}

function existing(name: string): SubscriberExistsError {
  return new SubscriberExistsError(`there is a durable subscriber ${name} already`, { context: { subscriber: name } });
}
