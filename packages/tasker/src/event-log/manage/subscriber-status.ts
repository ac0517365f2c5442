import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import { bool, int4, int8, jsonb, nullable, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import { countUnread, decodeCursor } from "../cursor/log-cursor.ts";
import type { PerSource } from "../cursor/log-source.ts";
import { lookAtLog } from "../reading/read-rows.ts";

/** How a durable subscriber stands. */
export interface SubscriberStatus {
  readonly name: string;
  /** Which events it wants, as whoever ran it last said; `events` is null for a function. */
  readonly filter: unknown;
  /** The process that runs it; null: none does. */
  readonly owner: string | null;
  /** Rows of the log that it has still to read, counted by their ids: at most so many. */
  readonly lagEvents: number;
  /** How long the oldest of them has been there, in seconds; 0 if there is none. */
  readonly lagSeconds: number;
  /** Events that are kept because they, or one before them of their task, failed. Counted up to 10,000. */
  readonly held: number;
  /** Events that were given up. Counted up to 10,000. */
  readonly deadLetters: number;
  readonly createdAt: Date;
  /** Whether it is that of a replay, which goes when that has ended. */
  readonly isTemporary: boolean;
}

/** Every subscriber, and when the oldest row was written that it has not read. A few look-ups by key for each. */
export const readSubscribers = statement({
  name: "event_subscribers",
  text: `
    select s.subscriber_id, s.name, s.filter, s.cursor, s.owner, s.created_at, s.is_temporary,
      coalesce(s.lease_until >= clock_timestamp() at time zone 'UTC', false) as running,
      (select count(*) from (
        select from tasker_event_deliveries d where d.subscriber_id = s.subscriber_id limit 10000
      ) q) as held,
      (select count(*) from (
        select from tasker_dead_letters d where d.subscriber_id = s.subscriber_id limit 10000
      ) q) as dead_letters,
      least(
        (select x.created_at from tasker_tasks x
         where x.task_id > (s.cursor -> 'tasks' ->> 'high')::int8 order by x.task_id limit 1),
        (select x.created_at from tasker_task_transitions x
         where x.id > (s.cursor -> 'taskRows' ->> 'high')::int8 order by x.id limit 1),
        (select x.created_at from tasker_workflow_step_transitions x
         where x.id > (s.cursor -> 'stepRows' ->> 'high')::int8 order by x.id limit 1),
        (select x.created_at from tasker_events x
         where x.id > (s.cursor -> 'events' ->> 'high')::int8 order by x.id limit 1)
      ) as unread_since
    from tasker_event_subscribers s order by s.name`,
  parameters: [],
  columns: {
    subscriber_id: int4,
    name: varchar,
    filter: jsonb,
    cursor: jsonb,
    owner: nullable(varchar),
    created_at: timestamp,
    is_temporary: bool,
    running: nullable(bool),
    held: nullable(int8),
    dead_letters: nullable(int8),
    unread_since: nullable(timestamp),
  },
});

/** Every durable subscriber of a database, with its lag, by name. */
export async function listSubscribers(
  connection: Connection,
  options: { readonly clock?: Clock } = {},
): Promise<readonly SubscriberStatus[]> {
  const rows = await connection.run(readSubscribers, []);
  if (rows.length === 0) return [];
  const { upto } = await lookAtLog(connection);
  const now = (options.clock ?? systemClock).now();
  return rows.map((row) => statusOf(row, upto, now));
}

function statusOf(row: RowOf<typeof readSubscribers.columns>, upto: PerSource<number>, now: number): SubscriberStatus {
  return {
    name: row.name,
    filter: row.filter,
    owner: row.running === true ? row.owner : null,
    lagEvents: countUnread(decodeCursor(row.cursor), upto),
    lagSeconds: row.unread_since === null ? 0 : Math.max(0, now - row.unread_since.getTime()) / 1_000,
    held: row.held ?? 0,
    deadLetters: row.dead_letters ?? 0,
    createdAt: row.created_at,
    isTemporary: row.is_temporary,
  };
}
