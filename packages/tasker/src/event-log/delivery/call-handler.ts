import { type LinkedAbort, linkAbort } from "../../clock/linked-abort.ts";
import { withCorrelationId } from "../../correlation/current-correlation.ts";
import type { Connection } from "../../database/database.ts";
import { DeliveryTimeoutError } from "../../errors/index.ts";
import type { TaskerEvent } from "../../events/event.ts";
import type { Delivery, EventHandler } from "../subscriber-options.ts";
import type { SubscriberSettings } from "./settings.ts";

/** One attempt to deliver. */
export interface Attempt {
  /** One event, or many for a handler that takes many. */
  readonly events: readonly TaskerEvent[];
  /** Number of the attempt, from 1. */
  readonly number: number;
  readonly transaction: Connection | null;
}

/**
 * Calls the handler, under its deadline; one that takes a single event under the correlation id of the event. What is not a promise is not waited for.
 * @param stop aborted when the subscriber stops here
 * @returns null if the handler has returned already
 */
export function callHandler(settings: SubscriberSettings, stop: AbortSignal, attempt: Attempt): Promise<void> | null {
  const { name: subscriber, handler } = settings;
  const deadline = new AbortController();
  let asked: LinkedAbort | null = null;
  const delivery: Delivery = {
    subscriber,
    attempt: attempt.number,
    transaction: attempt.transaction,
    get signal() {
      asked ??= linkAbort(stop, deadline.signal);
      return asked.signal;
    },
  };
  const [first] = attempt.events;
  if (first === undefined) return null;
  const result =
    handler.kind === "batch" ? handler.call(attempt.events, delivery) : callUnderId(handler.call, first, delivery);
  const release = () => asked?.release();
  if (isPromise(result)) return waitFor(result, settings, deadline, release);
  release();
  return null;
}

function callUnderId(call: EventHandler, event: TaskerEvent, delivery: Delivery): unknown {
  return event.correlationId === null
    ? call(event, delivery)
    : withCorrelationId(event.correlationId, () => call(event, delivery));
}

function waitFor(
  result: PromiseLike<unknown>,
  settings: SubscriberSettings,
  deadline: AbortController,
  release: () => void,
): Promise<void> {
  const { name: subscriber, timeoutMs, clock } = settings;
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () => {
      const error = new DeliveryTimeoutError(`the subscriber ${subscriber} did not return within ${timeoutMs} ms`, {
        context: { subscriber, timeoutMs },
      });
      // In this order: the handler is to find its transaction ended when it hears of it.
      reject(error);
      deadline.abort(error);
    });
    result.then(
      () => {
        cancel();
        release();
        resolve();
      },
      (error: unknown) => {
        cancel();
        release();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
