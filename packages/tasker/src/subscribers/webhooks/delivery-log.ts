import type { Clock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import { failureKindOf } from "../../database/failure-kind.ts";
import { array, bool, int4, int8, nullable, text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { SubscriberLog } from "../../event-log/subscriber-options.ts";
import { outageWaitMs } from "../../retry/outage-wait.ts";
import { truncateText } from "../../text/bounded-text.ts";
import type { WebhookDelivery } from "./webhook-delivery.ts";

/** Attempts that are written at once. */
const BATCH = 500;
/** Attempts that may wait for a database that is away; of more, the oldest are left out. */
const MOST_WAITING = 10_000;
const LONGEST_ERROR_BYTES = 1_000;

/** Records attempts. */
export const insertDeliveries = statement({
  name: "webhook_deliveries_insert",
  text: `
    insert into tasker_webhook_deliveries (
      subscriber, event_id, event_name, task_id, url, attempt, delivered, status, error, duration_ms, attempted_at
    )
    select * from unnest(
      $1::text[], $2::text[], $3::text[], $4::int8[], $5::text[], $6::int4[], $7::bool[], $8::int4[], $9::text[],
      $10::int4[], $11::timestamp[]
    )`,
  parameters: [
    array(text),
    array(text),
    array(text),
    array(nullable(int8)),
    array(text),
    array(int4),
    array(bool),
    array(nullable(int4)),
    array(nullable(text)),
    array(int4),
    array(timestamp),
  ],
  columns: {},
});

/** What a {@link DeliveryLog} works with. */
export interface DeliveryLogParts {
  readonly database: Database;
  readonly log: SubscriberLog;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Writes attempts to `tasker_webhook_deliveries`, those that were made while others were written at once. Nobody waits for it: a
 * process that is killed may leave out its last ones.
 */
export class DeliveryLog {
  readonly #parts: DeliveryLogParts;
  readonly #waiting: WebhookDelivery[] = [];
  #writing: Promise<void> | null = null;
  #isClosing = false;
  #endWait: () => void = () => {};

  constructor(parts: DeliveryLogParts) {
    this.#parts = parts;
  }

  note(delivery: WebhookDelivery): void {
    this.#waiting.push(delivery);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
  }

  /** Writes what waits. What the database does not take any more is left out, with a line in the log. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#endWait();
    await this.#writing;
    this.#isClosing = false;
  }

  async #write(): Promise<void> {
    const { database, log, random } = this.#parts;
    for (let failures = 0; this.#waiting.length > 0; ) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await database.run(insertDeliveries, columnsOf(batch));
        failures = 0;
      } catch (err) {
        const deliveries = batch.length;
        if (this.#isClosing || ["data", "permanent"].includes(failureKindOf(err))) {
          log.warn({ err, deliveries }, "deliveries of webhooks are not recorded");
          continue;
        }
        failures += 1;
        if (failures === 1) log.warn({ err, deliveries }, "recording deliveries of webhooks has to wait");
        this.#waiting.unshift(...batch);
        await this.#wait(outageWaitMs(failures, random()));
      }
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(ms, resolve);
      this.#endWait = () => {
        cancel();
        resolve();
      };
    });
  }
}

function columnsOf(deliveries: readonly WebhookDelivery[]) {
  return [
    deliveries.map(({ subscriber }) => truncateText(subscriber, 255)),
    deliveries.map(({ eventId }) => eventId),
    deliveries.map(({ eventName }) => eventName),
    deliveries.map(({ taskId }) => taskId),
    deliveries.map(({ url }) => url),
    deliveries.map(({ attempt }) => attempt),
    deliveries.map(({ delivered }) => delivered),
    deliveries.map(({ status }) => status),
    deliveries.map(({ error }) => (error === null ? null : truncateText(error, LONGEST_ERROR_BYTES))),
    deliveries.map(({ duration }) => duration),
    deliveries.map(({ at }) => new Date(at)),
  ] as const;
}
