import type { Database } from "../../database/database.ts";
import { DurableSubscriber } from "../../event-log/durable-subscriber.ts";
import type { DurableSubscription } from "../../event-log/subscriber-options.ts";
import type { EventBus } from "../../events/bus/event-bus.ts";
import type { SubscriberResources } from "../subscriber.ts";
import type { PlannedSubscription } from "./planned-subscription.ts";

/** Where the events of subscriptions come from, and what delivers them. */
export interface SubscriptionSources {
  /** An engine's bus: `engine.events`. */
  readonly events: EventBus;
  readonly database: Database;
  readonly resources: Pick<SubscriberResources, "clock" | "random" | "log">;
}

/** Ends a subscription, and resolves when nothing of it is under way. */
export type EndSubscription = () => Promise<void>;

/** Subscribes the subscriber of a plan. @throws what the database throws, if it is durable */
export async function runSubscription(
  plan: PlannedSubscription,
  sources: SubscriptionSources,
): Promise<EndSubscription> {
  return plan.durable === null ? onBus(plan, sources) : await onLog(plan, plan.durable, sources);
}

function onBus({ name, subscriber, accepts, batch, queue }: PlannedSubscription, { events }: SubscriptionSources) {
  const patterns = [...subscriber.eventSubscriptions().keys()];
  const own = queue ?? subscriber.queue;
  const options = { name, ...(own === null ? {} : { queue: own }) };
  const end =
    batch === null
      ? events.subscribe(patterns, (event) => (accepts(event) ? subscriber.call(event) : undefined), options)
      : events.onBatch(patterns, (many) => subscriber.callBatch(many.filter(accepts)), { ...options, batch });
  return async () => {
    end();
    await subscriber.close();
  };
}

async function onLog(
  { subscriber, accepts, batch }: PlannedSubscription,
  durable: NonNullable<PlannedSubscription["durable"]>,
  { database, resources }: SubscriptionSources,
): Promise<EndSubscription> {
  const { handle: _, ...subscription } = subscriber.durable(durable);
  const handler: Pick<DurableSubscription, "handle" | "handleBatch"> =
    batch === null
      ? { handle: (event, delivery) => (accepts(event) ? subscriber.call(event, delivery) : undefined) }
      : { handleBatch: (many, delivery) => subscriber.callBatch(many.filter(accepts), delivery) };
  const delivery = new DurableSubscriber({ ...subscription, ...handler, ...resources, database });
  await delivery.start();
  return async () => {
    await delivery.stop();
    await subscriber.close();
  };
}
