import type { Connection } from "../../database/database.ts";
import { bool, int4, int8, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { ActionRefusedError } from "../../errors/index.ts";
import { cursorAt, encodeCursor, firstUnread } from "../cursor/log-cursor.ts";
import { findStartingPosition } from "../start/starting-position.ts";
import type { StartingPoint } from "../subscriber-options.ts";
import { subscriberNotFound } from "./remove-subscriber.ts";

/** Which kind a subscriber is, locked to the transaction's end. */
export const lockSubscriber = statement({
  name: "event_subscriber_lock",
  text: "select is_temporary from tasker_event_subscribers where name = $1 for no key update",
  parameters: [text],
  columns: { is_temporary: bool },
});

/** Sets the position of a subscriber, and takes it from whoever runs it. */
export const moveSubscriber = statement({
  name: "event_subscriber_move",
  text: `
    update tasker_event_subscribers s
    set cursor = $2::jsonb, next_task_id = $3, next_task_row_id = $4, next_step_row_id = $5, next_event_id = $6,
      since_at = $7::timestamp, after_event = $8::varchar, epoch = s.epoch + 1, owner = null, lease_until = null,
      updated_at = $9
    where s.name = $1 returning s.subscriber_id`,
  parameters: [text, jsonb, int8, int8, int8, int8, nullable(timestamp), nullable(varchar), timestamp],
  columns: { subscriber_id: int4 },
});

/**
 * Sets a durable subscriber back: whoever runs it delivers what comes after that position, once more if it had been
 * delivered. The process that runs it now is not let write any more, and begins again within a third of its lease. Events
 * that are kept for it, and its dead letters, stay.
 * @param connection a transaction
 * @throws SubscriberNotFoundError
 * @throws ActionRefusedError for the subscriber of a replay, which ends where it was told to
 * @throws EventNotFoundError if it is to begin after an event that the log does not have
 */
export async function rewindSubscriber(
  connection: Connection,
  name: string,
  from: StartingPoint,
  now: Date,
): Promise<void> {
  const [found] = await connection.run(lockSubscriber, [name]);
  if (found === undefined) throw subscriberNotFound(name);
  if (found.is_temporary) {
    const context = { subscriber: name, reason: "temporary" };
    throw new ActionRefusedError(`${name} is the subscriber of a replay, which has a beginning of its own`, {
      context,
    });
  }
  const { positions, since, after } = await findStartingPosition(connection, from);
  const cursor = cursorAt(positions);
  const next = firstUnread(cursor);
  await connection.run(moveSubscriber, [
    ...([name, encodeCursor(cursor), next.tasks, next.taskRows, next.stepRows, next.events] as const),
    ...([since, after, now] as const),
  ]);
}
