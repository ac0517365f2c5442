import { callHandler } from "./call-handler.ts";
import { type FailedAttempt, judgeFailure } from "./failure.ts";
import type { KeptDelivery } from "./seat.ts";
import type { SessionParts } from "./session-parts.ts";

/** Tries an event again that was kept, and writes what became of it. Nothing is written of an attempt that was interrupted. */
export async function settleAttempt(parts: SessionParts, delivery: KeptDelivery): Promise<void> {
  const { settings, seat, stop } = parts;
  if (stop.aborted) return;
  let failure: FailedAttempt | null = null;
  try {
    await callHandler(settings, stop, { events: [delivery.event], number: delivery.attempts + 1, transaction: null });
  } catch (error) {
    if (stop.aborted) return;
    failure = judgeFailure(error, delivery.attempts + 1, settings);
  }
  const next = await seat.settle(settings.database, settings.clock.now(), delivery, failure);
  noteAttempt(parts, delivery, failure, next);
}

/**
 * Counts an attempt that was written, and lets the next events of its task go if it was the last one.
 * @param next id of the delivery whose turn it is; it can be one that was brought back, and is not known yet
 */
export function noteAttempt(
  { held, tally }: SessionParts,
  { deliveryId, taskId }: KeptDelivery,
  failure: FailedAttempt | null,
  next: number | null,
): void {
  if (failure === null) tally.delivered += 1;
  else {
    tally.failed += 1;
    if (failure.retryAtMs !== null) return;
    tally.dead += 1;
  }
  if (next !== null) held.find(taskId, next);
  held.remove(taskId, deliveryId);
}
