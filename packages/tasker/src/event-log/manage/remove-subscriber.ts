import type { Connection } from "../../database/database.ts";
import { int4, text } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { SubscriberNotFoundError } from "../../errors/index.ts";

/** Deletes a subscriber with what is kept for it and its dead letters. */
export const deleteSubscriber = statement({
  name: "event_subscriber_delete",
  text: "delete from tasker_event_subscribers where name = $1 returning subscriber_id",
  parameters: [text],
  columns: { subscriber_id: int4 },
});

/**
 * Forgets a durable subscriber: its position, the events kept for it, its dead letters. A process that runs it stops delivering
 * when it notices.
 * @throws SubscriberNotFoundError
 */
export async function removeSubscriber(connection: Connection, name: string): Promise<void> {
  const rows = await connection.run(deleteSubscriber, [name]);
  if (rows.length === 0) throw subscriberNotFound(name);
}

/** The error for a subscriber that is not there. */
export function subscriberNotFound(name: string): SubscriberNotFoundError {
  return new SubscriberNotFoundError(`there is no durable subscriber ${name}`, { context: { subscriber: name } });
}
