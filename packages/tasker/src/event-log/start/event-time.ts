import type { Connection } from "../../database/database.ts";
import { int4, int8, text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { EventNotFoundError } from "../../errors/index.ts";

/** When a task was created. */
export const findCreationTime = statement({
  name: "log_creation_time",
  text: "select created_at from tasker_tasks where task_id = $1",
  parameters: [int8],
  columns: { created_at: timestamp },
});

/** When a task made the transition with a sort key. */
export const findTaskRowTime = statement({
  name: "log_task_row_time",
  text: "select created_at from tasker_task_transitions where task_id = $1 and sort_key = $2",
  parameters: [int8, int4],
  columns: { created_at: timestamp },
});

/** When a step made the transition with a sort key. */
export const findStepRowTime = statement({
  name: "log_step_row_time",
  text: "select created_at from tasker_workflow_step_transitions where workflow_step_id = $1 and sort_key = $2",
  parameters: [int8, int4],
  columns: { created_at: timestamp },
});

/** When a stored event was written. */
export const findStoredEventTime = statement({
  name: "log_stored_event_time",
  text: "select created_at from tasker_events where event_id = $1 limit 1",
  parameters: [text],
  columns: { created_at: timestamp },
});

/**
 * When the row of an event was written, by the event's id.
 * @throws EventNotFoundError if the log has no such event
 */
export async function findEventTime(connection: Connection, eventId: string): Promise<Date> {
  const [, kind, owner, place] = /^(task|step):(\d+):(\d+|created)(?::|$)/.exec(eventId) ?? [];
  const found = await findTime(connection, eventId, kind, Number(owner), place ?? "");
  if (found === undefined) {
    throw new EventNotFoundError(`the event log has no event ${eventId}`, { context: { eventId } });
  }
  return found;
}

async function findTime(
  connection: Connection,
  eventId: string,
  kind: string | undefined,
  owner: number,
  place: string,
): Promise<Date | undefined> {
  if (kind === undefined) return (await connection.run(findStoredEventTime, [eventId]))[0]?.created_at;
  if (place === "created") return (await connection.run(findCreationTime, [owner]))[0]?.created_at;
  const find = kind === "task" ? findTaskRowTime : findStepRowTime;
  return (await connection.run(find, [owner, Number(place)]))[0]?.created_at;
}
