import type { Connection } from "../../database/database.ts";
import { bool, int4, int8, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import type { WebhookDelivery } from "./webhook-delivery.ts";

/** An attempt as it is recorded. */
export interface RecordedDelivery extends WebhookDelivery {
  /** Grows with time, by process that recorded it. */
  readonly id: number;
}

/** Which attempts; what is absent filters nothing. */
export interface DeliveryFilter {
  readonly subscriber?: string;
  /** Id of an event. */
  readonly eventId?: string;
  readonly taskId?: number;
  /** Only attempts that did not deliver. Default: false. */
  readonly failed?: boolean;
  /** Only those with smaller ids: to read on. */
  readonly before?: number;
  /** Most of them. Default: 100. */
  readonly limit?: number;
}

/** Recorded attempts, newest first. */
export const readDeliveries = statement({
  name: "webhook_deliveries",
  text: `
    select d.delivery_id, d.subscriber, d.event_id, d.event_name, d.task_id, d.url, d.attempt, d.delivered, d.status,
      d.error, d.duration_ms, d.attempted_at
    from tasker_webhook_deliveries d
    where ($1::int8 is null or d.delivery_id < $1::int8) and ($2::text is null or d.subscriber = $2::text)
      and ($3::text is null or d.event_id = $3::text) and ($4::int8 is null or d.task_id = $4::int8)
      and (not $5::bool or not d.delivered)
    order by d.delivery_id desc limit $6`,
  parameters: [nullable(int8), nullable(text), nullable(text), nullable(int8), bool, int8],
  columns: {
    delivery_id: int8,
    subscriber: varchar,
    event_id: varchar,
    event_name: varchar,
    task_id: nullable(int8),
    url: text,
    attempt: int4,
    delivered: bool,
    status: nullable(int4),
    error: nullable(text),
    duration_ms: int4,
    attempted_at: timestamp,
  },
});

/** Attempts of webhooks that have a database to record them in, newest first. */
export async function listWebhookDeliveries(
  connection: Connection,
  { subscriber, eventId, taskId, failed = false, before, limit = 100 }: DeliveryFilter = {},
): Promise<readonly RecordedDelivery[]> {
  const parameters = [before ?? null, subscriber ?? null, eventId ?? null, taskId ?? null, failed, limit] as const;
  return (await connection.run(readDeliveries, parameters)).map(toDelivery);
}

function toDelivery(row: RowOf<typeof readDeliveries.columns>): RecordedDelivery {
  const { delivery_id: id, subscriber, url, attempt, delivered, status, error } = row;
  return {
    id,
    subscriber,
    eventId: row.event_id,
    eventName: row.event_name,
    taskId: row.task_id,
    url,
    attempt,
    delivered,
    status,
    error,
    duration: row.duration_ms,
    at: row.attempted_at.getTime(),
  };
}
