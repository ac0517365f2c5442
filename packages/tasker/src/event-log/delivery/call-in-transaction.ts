import { elapsedOf, systemClock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { CallConnection } from "./call-connection.ts";
import { callHandler } from "./call-handler.ts";
import type { SubscriberSettings } from "./settings.ts";

/** A handler that was longer at it may have lost its transaction, without having noticed. In milliseconds. */
const LONG_CALL_MS = 1_000;

/** What a handler has failed with in a transaction: nothing that was done in it can be committed. */
export class HandlerFailure extends Error {}

/**
 * Calls the handler in a transaction, of which it can make no use afterwards.
 * @throws HandlerFailure with a cause: what it has thrown, or what has left the transaction of no use
 */
export async function callInTransaction(
  settings: SubscriberSettings,
  stop: AbortSignal,
  transaction: Connection,
  events: readonly TaskerEvent[],
  number: number,
): Promise<void> {
  const connection = new CallConnection(transaction);
  const begunAtMs = elapsedOf(systemClock);
  try {
    await callHandler(settings, stop, { events, number, transaction: connection });
    await connection.end();
    const wasLong = elapsedOf(systemClock) - begunAtMs > LONG_CALL_MS;
    if (wasLong || connection.failure !== null) await transaction.query("select 1");
  } catch (error) {
    // The answer to the question says only that a statement before it has failed.
    throw new HandlerFailure("", { cause: connection.failure ?? error });
  } finally {
    void connection.end();
  }
}
