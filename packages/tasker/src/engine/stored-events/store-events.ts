import type { Clock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import { failureKindOf } from "../../database/failure-kind.ts";
import { json, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { EventBus } from "../../events/bus/event-bus.ts";
import type { Unsubscribe } from "../../events/bus/subscribe.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { outageWaitMs } from "../../retry/outage-wait.ts";
import type { Log } from "../options.ts";

/** Events that may wait to be written. */
const MOST_WAITING = 10_000;
/** Events of one statement. */
const MOST_AT_ONCE = 500;
/** How long the first of them waits for others, in milliseconds. */
const WAIT_MS = 50;

/**
 * Stores events: `[{i: id, n: name, t: task or null, s: step or null, p: payload, o: when}]`, in this order. Those of a task
 * that is gone are left out.
 */
export const insertEvents = statement({
  name: "store_events",
  text: `
    insert into tasker_events (kind, name, event_id, task_id, workflow_step_id, seq, payload, occurred_at, created_at)
    select 1, e.n, e.i, e.t, e.s, null, e.p, e.o, $2
    from json_to_recordset($1) as e(i varchar, n varchar, t bigint, s bigint, p jsonb, o timestamp)
    where e.t is null or (select true from tasker_tasks k where k.task_id = e.t limit 1)`,
  parameters: [json, timestamp],
  columns: {},
});

/** What storing events needs of the engine around it. */
export interface EventStoreHost {
  readonly database: Connection;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Writes events of a bus to `tasker_events`, some at a time, beside whatever else is written. While the database is away
 * they wait; if too many do, the oldest are dropped, which the statistics of the bus tell.
 * @returns ends it; what waits is not written any more
 */
export function storeEvents(host: EventStoreHost, names: readonly string[]): Unsubscribe {
  let hasEnded = false;
  const end = host.events.onBatch(
    names,
    async (events) => {
      for (let failures = 1; !hasEnded; failures += 1) {
        try {
          return await write(host, events);
        } catch (error) {
          const kind = failureKindOf(error);
          if (kind === "data" || kind === "permanent") return writeEach(host, events);
          host.log.warn({ err: error, events: events.length }, "storing events failed, trying again");
          await new Promise<void>((resolve) => void host.clock.after(outageWaitMs(failures, host.random()), resolve));
        }
      }
    },
    {
      name: "storeEvents",
      queue: { max: MOST_WAITING, overflow: "drop_oldest" },
      batch: { max: MOST_AT_ONCE, maxWaitMs: WAIT_MS },
    },
  );
  return () => {
    hasEnded = true;
    end();
  };
}

async function write({ database, clock }: EventStoreHost, events: readonly TaskerEvent[]): Promise<void> {
  const rows = events.map(({ id, name, taskId, stepId, payload, at }) => ({
    i: id,
    n: name,
    t: taskId,
    s: stepId,
    p: payload,
    o: new Date(at).toISOString(),
  }));
  await database.run(insertEvents, [JSON.stringify(rows), new Date(clock.now())]);
}

/** The database refuses one of them, which must not cost the others. */
async function writeEach(host: EventStoreHost, events: readonly TaskerEvent[]): Promise<void> {
  for (const event of events) {
    try {
      await write(host, [event]);
    } catch (error) {
      host.log.error({ err: error, event: event.name }, "an event could not be stored: left out");
    }
  }
}
