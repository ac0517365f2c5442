import { array, bool, int4, int8, json, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/** Makes a subscriber unless there is one of this name. */
export const insertSubscriber = statement({
  name: "event_subscriber_insert",
  text: `
    insert into tasker_event_subscribers
      (name, filter, cursor, next_task_id, next_task_row_id, next_step_row_id, next_event_id, since_at, after_event, until_at,
       end_at, created_at, updated_at, is_temporary, lease_until)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13,
      case when $13 then clock_timestamp() at time zone 'UTC' end)
    on conflict (name) do nothing
    returning subscriber_id`,
  parameters: [
    varchar,
    jsonb,
    jsonb,
    int8,
    int8,
    int8,
    int8,
    nullable(timestamp),
    nullable(varchar),
    nullable(timestamp),
    nullable(jsonb),
    timestamp,
    bool,
  ],
  columns: { subscriber_id: int4 },
});

/** The id of a subscriber. */
export const findSubscriber = statement({
  name: "event_subscriber_find",
  text: "select subscriber_id from tasker_event_subscribers where name = $1",
  parameters: [text],
  columns: { subscriber_id: int4 },
});

/**
 * Begins to run a subscriber, as owner $2 for $3 milliseconds, with a new epoch; nothing if somebody else runs it. Locks are
 * not waited for: whoever holds one is at work.
 */
export const takeSubscriber = statement({
  name: "event_subscriber_take",
  text: `
    with free as materialized (
      select s.subscriber_id from tasker_event_subscribers s
      where s.name = $1 and (
        s.owner = $2::text or s.lease_until is null or s.lease_until < clock_timestamp() at time zone 'UTC'
      )
      for no key update skip locked
    )
    update tasker_event_subscribers s
    set owner = $2::text, epoch = s.epoch + 1, filter = $4::jsonb,
      lease_until = clock_timestamp() at time zone 'UTC' + $3::int8 * interval '1 millisecond'
    from free f where s.subscriber_id = f.subscriber_id
    returning s.subscriber_id, s.epoch, s.cursor, s.since_at, s.after_event, s.until_at, s.end_at`,
  parameters: [text, text, int8, jsonb],
  columns: {
    subscriber_id: int4,
    epoch: int8,
    cursor: jsonb,
    since_at: nullable(timestamp),
    after_event: nullable(varchar),
    until_at: nullable(timestamp),
    end_at: nullable(jsonb),
  },
});

/** Goes on running a subscriber; no row if that was taken away. */
export const renewSubscriber = statement({
  name: "event_subscriber_renew",
  text: `
    update tasker_event_subscribers s
    set lease_until = clock_timestamp() at time zone 'UTC' + $3::int8 * interval '1 millisecond'
    where s.subscriber_id = $1 and s.epoch = $2
    returning s.subscriber_id`,
  parameters: [int4, int8, int8],
  columns: { subscriber_id: int4 },
});

/** Leaves a subscriber to whoever wants to run it. */
export const releaseSubscriber = statement({
  name: "event_subscriber_release",
  text: `
    update tasker_event_subscribers s
    set owner = null, lease_until = case when s.is_temporary then clock_timestamp() at time zone 'UTC' end
    where s.subscriber_id = $1 and s.epoch = $2`,
  parameters: [int4, int8],
  columns: {},
});

/** Moves a subscriber's cursor on and keeps what it could not take; gives the ids of that, null if somebody else runs it. */
export const advanceSubscriber = statement({
  name: "event_subscriber_advance",
  text: "select tasker_advance_subscriber($1, $2, $3, $4, $5, $6) as kept",
  parameters: [int4, int8, timestamp, jsonb, array(int8), nullable(json)],
  columns: { kept: nullable(array(int8)) },
});

/** Writes what became of a delivery that was tried again; gives whose turn it is, null if somebody else runs the subscriber. */
export const settleDelivery = statement({
  name: "event_delivery_settle",
  text: "select tasker_settle_delivery($1, $2, $3, $4, $5, $6, $7, $8) as next",
  parameters: [int4, int8, int8, timestamp, int4, nullable(timestamp), nullable(jsonb), bool],
  columns: { next: nullable(int8) },
});

/** What is kept for a subscriber. */
export const listHeld = statement({
  name: "event_deliveries_held",
  text: "select d.delivery_id, d.task_id from tasker_event_deliveries d where d.subscriber_id = $1",
  parameters: [int4],
  columns: { delivery_id: int8, task_id: nullable(int8) },
});

/** The deliveries of a subscriber that are tried next, soonest first, without those that are being tried. */
export const nextDeliveries = statement({
  name: "event_deliveries_next",
  text: `
    select d.delivery_id, d.task_id, d.event, d.attempts, d.due_at from tasker_event_deliveries d
    where d.subscriber_id = $1 and d.due_at is not null and d.delivery_id <> all($2::int8[]) order by d.due_at limit $3`,
  parameters: [int4, array(int8), int8],
  columns: {
    delivery_id: int8,
    task_id: nullable(int8),
    event: jsonb,
    attempts: int4,
    due_at: nullable(timestamp),
  },
});
