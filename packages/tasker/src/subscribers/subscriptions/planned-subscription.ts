import type { DurableSubscription, StartingPoint } from "../../event-log/subscriber-options.ts";
import type { BatchOptions, QueueOptions } from "../../events/bus/queue-options.ts";
import type { TaskerEvent } from "../../events/event.ts";
import type { BaseSubscriber } from "../subscriber.ts";
import type { SubscriptionDocument } from "./subscription-document.ts";

/** A subscription that a file asks for, with its subscriber, which is not subscribed yet. */
export interface PlannedSubscription {
  readonly name: string;
  /** Name of the class. */
  readonly className: string;
  /** `file:line`. */
  readonly source: string;
  /** The same as long as the file asks for the same. */
  readonly fingerprint: string;
  readonly subscriber: BaseSubscriber;
  /** Whether an event passes its filter. */
  readonly accepts: (event: TaskerEvent) => boolean;
  /** Null: it takes one event at a time. */
  readonly batch: BatchOptions | null;
  /** How the event log delivers; null: the bus of this process does. */
  readonly durable: Omit<DurableSubscription, "name" | "events" | "handle" | "handleBatch"> | null;
  readonly queue: QueueOptions | null;
}

/** Whether an event is what a filter asks for. */
export function acceptsEvent(filter: SubscriptionDocument["filter"]): (event: TaskerEvent) => boolean {
  if (filter === undefined) return () => true;
  const { namespace, task_name: taskName, step_name: stepName, payload = {} } = filter;
  const facts = Object.entries(payload).map(([key, value]) => [key, JSON.stringify(value)] as const);
  return (event) =>
    (namespace === undefined || event.namespace === namespace) &&
    (taskName === undefined || event.taskName === taskName) &&
    (stepName === undefined || event.stepName === stepName) &&
    facts.every(([key, value]) => JSON.stringify(event.payload[key]) === value);
}

/** Options of the event log. */
export function durableOptions(document: SubscriptionDocument): NonNullable<PlannedSubscription["durable"]> {
  const {
    concurrency,
    retry,
    dead_letter_after: deadLetterAfter,
    timeout_ms: timeoutMs,
    hold_back: holdBack,
  } = document;
  const batchSize = document.batch?.max;
  return defined({ from: startOf(document.from), concurrency, retry, deadLetterAfter, timeoutMs, holdBack, batchSize });
}

/** Options of a queue or batch of the bus. */
export function busOptions({ queue, batch }: SubscriptionDocument): Pick<PlannedSubscription, "queue" | "batch"> {
  return {
    queue: queue === undefined ? null : defined(queue),
    batch: batch === undefined ? null : defined({ max: batch.max, maxWaitMs: batch.max_wait_ms }),
  };
}

function startOf(from: SubscriptionDocument["from"]): StartingPoint | undefined {
  return from === undefined || from === "now" || from === "beginning" ? from : new Date(from);
}

/** Without the members that are undefined. */
function defined<T extends object>(options: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
